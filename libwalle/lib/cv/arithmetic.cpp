#include "libwalle/lib/cv/arithmetic.h"

#include <algorithm>
#include <cmath>

namespace walle::cv {
namespace {

struct Pair {
  Image a, b;
  Image out;
};

Result<Pair> same_form(const np::Array& a, const np::Array& b) {
  Pair pair;
  pair.a = WALLE_TRY(to_image(a, "the first image"));
  pair.b = WALLE_TRY(to_image(b, "the second image"));
  if (!(a.dims() == b.dims()) || a.dtype() != b.dtype()) {
    return fail(ErrorCode::invalid_argument, "the images differ: " + std::string(name_of(a.dtype())) + " " +
                                                 np::format_dims(a.dims()) + " and " + std::string(name_of(b.dtype())) +
                                                 " " + np::format_dims(b.dims()));
  }
  pair.out = WALLE_TRY(new_like(pair.a, pair.a.height, pair.a.width));
  return pair;
}

int64_t values_of(const Image& image) { return image.height * image.width * image.channels; }

template <class T, class F>
void each(Pair& pair, F&& function) {
  for (int64_t i = 0; i < values_of(pair.a); ++i)
    pair.out.row<T>(0)[i] = function(pair.a.row<T>(0)[i], pair.b.row<T>(0)[i]);
}

template <class T>
void arithmetic(Pair& pair, PixelOp op) {
  const auto wide = [](T v) { return static_cast<double>(v); };
  switch (op) {
    case PixelOp::add:
      return each<T>(pair, [&](T a, T b) { return saturate<T>(wide(a) + wide(b)); });
    case PixelOp::subtract:
      return each<T>(pair, [&](T a, T b) { return saturate<T>(wide(a) - wide(b)); });
    case PixelOp::multiply:
      return each<T>(pair, [&](T a, T b) { return saturate<T>(wide(a) * wide(b)); });
    case PixelOp::absdiff:
      return each<T>(pair, [&](T a, T b) { return saturate<T>(std::abs(wide(a) - wide(b))); });
    case PixelOp::minimum:
      return each<T>(pair, [](T a, T b) { return std::min(a, b); });
    case PixelOp::maximum:
      return each<T>(pair, [](T a, T b) { return std::max(a, b); });
    case PixelOp::bit_and:
    case PixelOp::bit_or:
    case PixelOp::bit_xor:
      break;
  }
}

void bits(Pair& pair, PixelOp op) {
  each<uint8_t>(pair, [op](uint8_t a, uint8_t b) {
    return static_cast<uint8_t>(op == PixelOp::bit_and ? a & b : (op == PixelOp::bit_or ? a | b : a ^ b));
  });
}

bool masked_out(const std::optional<Image>& mask, int64_t pixel) { return mask && mask->row<uint8_t>(0)[pixel] == 0; }

Result<std::optional<Image>> to_mask(const std::optional<np::Array>& mask, const Image& image) {
  if (!mask) return std::optional<Image>();
  Image m = WALLE_TRY(to_image(*mask, "the mask"));
  if (m.dtype() != DType::u8 || m.channels != 1 || m.height != image.height || m.width != image.width)
    return fail(ErrorCode::invalid_argument, "the mask must be uint8 with the image's height and width");
  return std::optional<Image>(std::move(m));
}

}  // namespace

Result<np::Array> pixel_op(const np::Array& a, const np::Array& b, PixelOp op) {
  Pair pair = WALLE_TRY(same_form(a, b));
  if (op == PixelOp::bit_and || op == PixelOp::bit_or || op == PixelOp::bit_xor) {
    if (a.dtype() != DType::u8) return fail(ErrorCode::invalid_argument, "bitwise operations take uint8 images");
    bits(pair, op);
  } else {
    for_pixel(a.dtype(), [&](auto zero) { arithmetic<decltype(zero)>(pair, op); });
  }
  return pair.out.array;
}

Result<np::Array> add_weighted(const np::Array& a, double alpha, const np::Array& b, double beta, double gamma) {
  Pair pair = WALLE_TRY(same_form(a, b));
  for_pixel(a.dtype(), [&](auto zero) {
    using T = decltype(zero);
    each<T>(pair, [&](T x, T y) {
      return saturate<T>(static_cast<double>(x) * alpha + static_cast<double>(y) * beta + gamma);
    });
  });
  return pair.out.array;
}

Result<np::Array> convert_scale_abs(const np::Array& array, double alpha, double beta) {
  const Image image = WALLE_TRY(to_image(array));
  Image out = WALLE_TRY(new_image(DType::u8, image.height, image.width, image.channels, image.flat()));
  for_pixel(image.dtype(), [&](auto zero) {
    using T = decltype(zero);
    for (int64_t i = 0; i < values_of(image); ++i)
      out.row<uint8_t>(0)[i] = saturate<uint8_t>(std::abs(alpha * static_cast<double>(image.row<T>(0)[i]) + beta));
  });
  return out.array;
}

Result<np::Array> bitwise_not(const np::Array& array) {
  const Image image = WALLE_TRY(to_image(array));
  if (image.dtype() != DType::u8) return fail(ErrorCode::invalid_argument, "bitwise operations take uint8 images");
  Image out = WALLE_TRY(new_like(image, image.height, image.width));
  for (int64_t i = 0; i < values_of(image); ++i)
    out.row<uint8_t>(0)[i] = static_cast<uint8_t>(~image.row<uint8_t>(0)[i]);
  return out.array;
}

Result<MeanStdDev> mean_std_dev(const np::Array& array, const std::optional<np::Array>& mask_array) {
  const Image image = WALLE_TRY(to_image(array));
  const auto mask = WALLE_TRY(to_mask(mask_array, image));
  MeanStdDev out;
  std::array<double, 4> squares{};
  double count = 0;
  for_pixel(image.dtype(), [&](auto zero) {
    using T = decltype(zero);
    for (int64_t i = 0; i < image.height * image.width; ++i) {
      if (masked_out(mask, i)) continue;
      count += 1;
      for (int64_t k = 0; k < image.channels; ++k) {
        const auto v = static_cast<double>(image.row<T>(0)[i * image.channels + k]);
        out.mean[static_cast<size_t>(k)] += v;
        squares[static_cast<size_t>(k)] += v * v;
      }
    }
  });
  for (size_t k = 0; k < 4 && count > 0; ++k) {
    out.mean[k] /= count;
    out.deviation[k] = std::sqrt(std::max(squares[k] / count - out.mean[k] * out.mean[k], 0.0));
  }
  return out;
}

Result<Extremes> min_max_loc(const np::Array& array) {
  const Image image = WALLE_TRY(to_image(array));
  if (image.channels != 1) return fail(ErrorCode::invalid_argument, "minMaxLoc needs an image with one channel");
  Extremes out;
  for_pixel(image.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* first = image.row<T>(0);
    const auto [low, high] = std::minmax_element(first, first + values_of(image));
    const T* high_first = std::max_element(first, first + values_of(image));
    (void)high;
    out = {static_cast<double>(*low),
           static_cast<double>(*high_first),
           {(low - first) % image.width, (low - first) / image.width},
           {(high_first - first) % image.width, (high_first - first) / image.width}};
  });
  return out;
}

Result<int64_t> count_non_zero(const np::Array& array) {
  const Image image = WALLE_TRY(to_image(array));
  if (image.channels != 1) return fail(ErrorCode::invalid_argument, "countNonZero needs an image with one channel");
  int64_t count = 0;
  for_pixel(image.dtype(), [&](auto zero) {
    using T = decltype(zero);
    count = values_of(image) - std::count(image.row<T>(0), image.row<T>(0) + values_of(image), T{0});
  });
  return count;
}

Result<std::vector<np::Array>> split(const np::Array& array) {
  const Image image = WALLE_TRY(to_image(array));
  std::vector<np::Array> out;
  for (int64_t k = 0; k < image.channels; ++k) {
    Image one = WALLE_TRY(new_image(image.dtype(), image.height, image.width, 1, true));
    for_pixel(image.dtype(), [&](auto zero) {
      using T = decltype(zero);
      for (int64_t i = 0; i < image.height * image.width; ++i)
        one.row<T>(0)[i] = image.row<T>(0)[i * image.channels + k];
    });
    out.push_back(one.array);
  }
  return out;
}

Result<np::Array> merge(const std::vector<np::Array>& channels) {
  if (channels.empty() || channels.size() > 4) return fail(ErrorCode::invalid_argument, "merge takes 1 to 4 channels");
  const Image first = WALLE_TRY(to_image(channels[0]));
  const auto count = static_cast<int64_t>(channels.size());
  Image out = WALLE_TRY(new_image(first.dtype(), first.height, first.width, count, false));
  for (int64_t k = 0; k < count; ++k) {
    const Image one = WALLE_TRY(to_image(channels[static_cast<size_t>(k)]));
    if (one.height != first.height || one.width != first.width || one.dtype() != first.dtype() || one.channels != 1)
      return fail(ErrorCode::invalid_argument, "merge needs channels of equal size and dtype");
    for_pixel(first.dtype(), [&](auto zero) {
      using T = decltype(zero);
      for (int64_t i = 0; i < first.height * first.width; ++i) out.row<T>(0)[i * count + k] = one.row<T>(0)[i];
    });
  }
  return out.array;
}

Result<np::Array> normalize(const np::Array& array, double alpha, double beta, int type) {
  const Image image = WALLE_TRY(to_image(array));
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  double l1 = 0;
  double l2 = 0;
  for_pixel(image.dtype(), [&](auto zero) {
    using T = decltype(zero);
    for (int64_t i = 0; i < values_of(image); ++i) {
      const auto v = static_cast<double>(image.row<T>(0)[i]);
      low = std::min(low, v);
      high = std::max(high, v);
      l1 += std::abs(v);
      l2 += v * v;
    }
  });
  double scale = 0;
  double shift = 0;
  if (type == 32) {
    const double bottom = std::min(alpha, beta);
    scale = high > low ? (std::max(alpha, beta) - bottom) / (high - low) : 0;
    shift = bottom - low * scale;
  } else if (type == 1 || type == 2 || type == 4) {
    const double norm = type == 1 ? std::max(std::abs(low), std::abs(high)) : (type == 2 ? l1 : std::sqrt(l2));
    scale = norm > 0 ? alpha / norm : 0;
  } else {
    return fail(ErrorCode::invalid_argument, "normalize takes NORM_INF, NORM_L1, NORM_L2 or NORM_MINMAX");
  }
  Image out = WALLE_TRY(new_like(image, image.height, image.width));
  for_pixel(image.dtype(), [&](auto zero) {
    using T = decltype(zero);
    for (int64_t i = 0; i < values_of(image); ++i)
      out.row<T>(0)[i] = saturate<T>(static_cast<double>(image.row<T>(0)[i]) * scale + shift);
  });
  return out.array;
}

Result<np::Array> histogram(const np::Array& array, int64_t channel, const std::optional<np::Array>& mask_array) {
  const Image image = WALLE_TRY(to_image(array));
  if (image.dtype() != DType::u8 || channel < 0 || channel >= image.channels)
    return fail(ErrorCode::invalid_argument, "calcHist takes a uint8 image and one of its channels");
  const auto mask = WALLE_TRY(to_mask(mask_array, image));
  np::Array out = WALLE_TRY(np::Array::zeros(DType::f32, {256, 1}));
  for (int64_t i = 0; i < image.height * image.width; ++i) {
    if (!masked_out(mask, i)) out.data<float>()[image.row<uint8_t>(0)[i * image.channels + channel]] += 1;
  }
  return out;
}

Result<np::Array> equalize_hist(const np::Array& array) {
  const Image image = WALLE_TRY(to_image(array));
  if (image.dtype() != DType::u8 || image.channels != 1)
    return fail(ErrorCode::invalid_argument, "equalizeHist needs a uint8 image with one channel");
  const np::Array counts = WALLE_TRY(histogram(array, 0, std::nullopt));
  const auto* count = counts.data<float>();
  const int64_t total = image.height * image.width;
  size_t first = 0;
  while (first < 255 && count[first] == 0) ++first;
  std::array<uint8_t, 256> table{};
  const double rest = static_cast<double>(total) - static_cast<double>(count[first]);
  double sum = 0;
  for (size_t i = first + 1; i < 256; ++i) {
    sum += static_cast<double>(count[i]);
    table[i] = rest > 0 ? saturate<uint8_t>(sum * 255.0 / rest) : static_cast<uint8_t>(i);
  }
  if (rest <= 0) table[first] = static_cast<uint8_t>(first);
  Image out = WALLE_TRY(new_like(image, image.height, image.width));
  for (int64_t i = 0; i < total; ++i) out.row<uint8_t>(0)[i] = table[image.row<uint8_t>(0)[i]];
  return out.array;
}

}  // namespace walle::cv
