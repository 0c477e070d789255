#include "libwalle/lib/cv/threshold.h"

#include <array>
#include <cmath>

#include "libwalle/lib/cv/filter.h"

namespace walle::cv {
namespace {

/// Otsu's level (IEEE Trans. SMC 9(1), 1979): the split with the largest variance between the classes.
double otsu_level(const Image& image) {
  std::array<double, 256> histogram{};
  const int64_t count = image.height * image.width;
  for (int64_t i = 0; i < count; ++i) histogram[image.row<uint8_t>(0)[i]] += 1;
  double total = 0;
  for (size_t i = 0; i < 256; ++i) total += static_cast<double>(i) * histogram[i] / static_cast<double>(count);
  double weight = 0;
  double sum = 0;
  double best = 0;
  double level = 0;
  for (size_t i = 0; i < 256; ++i) {
    const double p = histogram[i] / static_cast<double>(count);
    weight += p;
    sum += static_cast<double>(i) * p;
    if (weight < 1e-7 || weight > 1 - 1e-7) continue;
    const double difference = sum / weight - (total - sum) / (1 - weight);
    const double between = weight * (1 - weight) * difference * difference;
    if (between > best) {
      best = between;
      level = static_cast<double>(i);
    }
  }
  return level;
}

template <class T>
T thresholded(T value, double level, T maximum, ThresholdType type) {
  const bool over = static_cast<double>(value) > level;
  switch (type) {
    case ThresholdType::binary:
      return over ? maximum : T{0};
    case ThresholdType::binary_inv:
      return over ? T{0} : maximum;
    case ThresholdType::trunc:
      return over ? saturate<T>(level) : value;
    case ThresholdType::tozero:
      return over ? value : T{0};
    case ThresholdType::tozero_inv:
      return over ? T{0} : value;
  }
  return value;
}

}  // namespace

Result<std::pair<double, np::Array>> threshold(const np::Array& array, double level, double maximum, int type) {
  const Image image = WALLE_TRY(to_image(array));
  const int kind = type & 7;
  if (kind > 4) return fail(ErrorCode::invalid_argument, "threshold type " + std::to_string(type) + " is not known");
  if ((type & kOtsu) != 0) {
    if (image.dtype() != DType::u8 || image.channels != 1)
      return fail(ErrorCode::invalid_argument, "THRESH_OTSU needs a uint8 image with one channel");
    level = otsu_level(image);
  }
  if (image.dtype() != DType::f32 && image.dtype() != DType::f64) level = std::floor(level);
  Image out = WALLE_TRY(new_like(image, image.height, image.width));
  for_pixel(image.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T most = saturate<T>(maximum);
    for (int64_t i = 0; i < image.height * image.width * image.channels; ++i)
      out.row<T>(0)[i] = thresholded<T>(image.row<T>(0)[i], level, most, static_cast<ThresholdType>(kind));
  });
  return std::pair(level, out.array);
}

Result<np::Array> adaptive_threshold(const np::Array& array, double maximum, int method, int type, int64_t block,
                                     double c) {
  const Image image = WALLE_TRY(to_image(array));
  if (image.dtype() != DType::u8 || image.channels != 1)
    return fail(ErrorCode::invalid_argument, "adaptiveThreshold needs a uint8 image with one channel");
  if (block % 2 != 1 || block < 3 || type < 0 || type > 1)
    return fail(ErrorCode::invalid_argument,
                "adaptiveThreshold needs an odd block size from 3 and THRESH_BINARY or THRESH_BINARY_INV");
  const auto mean_array = WALLE_TRY(method == 0 ? blur(array, block, block, Border::replicate)
                                                : gaussian_blur(array, block, block, 0, 0, Border::replicate));
  const Image mean = WALLE_TRY(to_image(mean_array));
  Image out = WALLE_TRY(new_like(image, image.height, image.width));
  const auto most = saturate<uint8_t>(maximum);
  const int shift = type == 0 ? static_cast<int>(std::ceil(c)) : static_cast<int>(std::floor(c));
  for (int64_t i = 0; i < image.height * image.width; ++i) {
    const bool over = image.row<uint8_t>(0)[i] - mean.row<uint8_t>(0)[i] > -shift;
    out.row<uint8_t>(0)[i] = over == (type == 0) ? most : uint8_t{0};
  }
  return out.array;
}

Result<np::Array> in_range(const np::Array& array, const std::array<double, 4>& low,
                           const std::array<double, 4>& high) {
  const Image image = WALLE_TRY(to_image(array));
  Image out = WALLE_TRY(new_image(DType::u8, image.height, image.width, 1, true));
  for_pixel(image.dtype(), [&](auto zero) {
    using T = decltype(zero);
    for (int64_t i = 0; i < image.height * image.width; ++i) {
      bool inside = true;
      for (int64_t k = 0; k < image.channels; ++k) {
        const auto v = static_cast<double>(image.row<T>(0)[i * image.channels + k]);
        inside = inside && v >= low[static_cast<size_t>(k)] && v <= high[static_cast<size_t>(k)];
      }
      out.row<uint8_t>(0)[i] = inside ? 255 : 0;
    }
  });
  return out.array;
}

}  // namespace walle::cv
