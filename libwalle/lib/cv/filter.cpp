#include "libwalle/lib/cv/filter.h"

#include <algorithm>
#include <cmath>

namespace walle::cv {
namespace {

constexpr int64_t kMaxKernel = 255;

Status check_kernel(int64_t rows, int64_t columns) {
  if (rows >= 1 && columns >= 1 && rows <= kMaxKernel && columns <= kMaxKernel) return {};
  return fail(ErrorCode::invalid_argument, "a kernel of " + std::to_string(columns) + " x " + std::to_string(rows) +
                                               " is not possible; sides are 1 to 255");
}

/// Rows of `image` as float, extended by `left`/`right` pixels of border.
template <class T>
void extended_row(const Image& image, int64_t y, int64_t left, int64_t right, Border border, float* out) {
  const int64_t c = image.channels;
  for (int64_t x = -left; x < image.width + right; ++x) {
    const int64_t sx = border_index(x, image.width, border);
    for (int64_t k = 0; k < c; ++k) *out++ = sx < 0 ? 0.0F : static_cast<float>(image.row<T>(y)[sx * c + k]);
  }
}

/// The image along x with `row`, as float, one output row per image row.
template <class T>
std::vector<float> horizontal_pass(const Image& image, const std::vector<double>& row, Border border) {
  const auto n = static_cast<int64_t>(row.size());
  const int64_t left = n / 2;
  const int64_t c = image.channels;
  std::vector<float> extended(static_cast<size_t>((image.width + n) * c));
  std::vector<float> out(static_cast<size_t>(image.height * image.width * c), 0.0F);
  for (int64_t y = 0; y < image.height; ++y) {
    extended_row<T>(image, y, left, n - 1 - left, border, extended.data());
    float* to = out.data() + y * image.width * c;
    for (int64_t i = 0; i < n; ++i) {
      const auto w = static_cast<float>(row[static_cast<size_t>(i)]);
      const float* from = extended.data() + i * c;
      for (int64_t x = 0; x < image.width * c; ++x) to[x] += w * from[x];
    }
  }
  return out;
}

/// Adds `column` along y and stores.
template <class T>
void vertical_pass(const std::vector<float>& rows, Image& out, const std::vector<double>& column, double delta,
                   Border border) {
  const auto n = static_cast<int64_t>(column.size());
  const int64_t values = out.width * out.channels;
  std::vector<float> sum(static_cast<size_t>(values));
  for (int64_t y = 0; y < out.height; ++y) {
    std::fill(sum.begin(), sum.end(), static_cast<float>(delta));
    for (int64_t j = 0; j < n; ++j) {
      const int64_t sy = border_index(y + j - n / 2, out.height, border);
      if (sy < 0) continue;
      const auto w = static_cast<float>(column[static_cast<size_t>(j)]);
      const float* from = rows.data() + sy * values;
      for (size_t x = 0; x < sum.size(); ++x) sum[x] += w * from[x];
    }
    for (size_t x = 0; x < sum.size(); ++x) out.row<T>(y)[x] = saturate<T>(static_cast<double>(sum[x]));
  }
}

/// Sobel's one-dimensional kernel of the given order: binomial smoothing, differentiated `order` times.
std::vector<double> derivative_kernel(int order, int64_t size) {
  if (size == 1) size = order == 0 ? 1 : 3;
  std::vector<double> kernel = {1};
  const auto smooth = static_cast<int>(size) - 1 - order;
  for (int i = 0; i < smooth + order; ++i) {
    const double sign = i < smooth ? 1 : -1;
    std::vector<double> next(kernel.size() + 1, 0.0);
    for (size_t k = 0; k < kernel.size(); ++k) {
      next[k] += kernel[k] * (sign > 0 ? 1 : -1);
      next[k + 1] += kernel[k];
    }
    kernel = next;
  }
  return kernel;
}

}  // namespace

Result<np::Array> filter_separable(const np::Array& array, DType depth, const std::vector<double>& row,
                                   const std::vector<double>& column, double delta, Border border) {
  const Image image = WALLE_TRY(to_image(array));
  WALLE_TRY(check_kernel(static_cast<int64_t>(column.size()), static_cast<int64_t>(row.size())));
  Image out = WALLE_TRY(new_image(depth, image.height, image.width, image.channels, image.flat()));
  const auto rows =
      for_pixel(image.dtype(), [&](auto zero) { return horizontal_pass<decltype(zero)>(image, row, border); });
  for_pixel(depth, [&](auto zero) { vertical_pass<decltype(zero)>(rows, out, column, delta, border); });
  return out.array;
}

Result<np::Array> filter_2d(const np::Array& array, DType depth, const std::vector<double>& kernel, int64_t rows,
                            int64_t columns, double delta, Border border) {
  const Image image = WALLE_TRY(to_image(array));
  WALLE_TRY(check_kernel(rows, columns));
  Image out = WALLE_TRY(new_image(depth, image.height, image.width, image.channels, image.flat()));
  std::vector<float> total(static_cast<size_t>(image.height * image.width * image.channels), static_cast<float>(delta));
  const int64_t values = image.width * image.channels;
  for (int64_t j = 0; j < rows; ++j) {
    const std::vector<double> row(kernel.begin() + j * columns, kernel.begin() + (j + 1) * columns);
    const auto part =
        for_pixel(image.dtype(), [&](auto zero) { return horizontal_pass<decltype(zero)>(image, row, border); });
    for (int64_t y = 0; y < image.height; ++y) {
      const int64_t sy = border_index(y + j - rows / 2, image.height, border);
      if (sy < 0) continue;
      for (int64_t x = 0; x < values; ++x)
        total[static_cast<size_t>(y * values + x)] += part[static_cast<size_t>(sy * values + x)];
    }
  }
  for_pixel(depth, [&](auto zero) {
    using T = decltype(zero);
    for (size_t i = 0; i < total.size(); ++i) out.row<T>(0)[i] = saturate<T>(static_cast<double>(total[i]));
  });
  return out.array;
}

std::vector<double> gaussian_kernel(int64_t size, double sigma) {
  static const std::vector<std::vector<double>> kFixed = {
      {1},
      {0.25, 0.5, 0.25},
      {0.0625, 0.25, 0.375, 0.25, 0.0625},
      {0.03125, 0.109375, 0.21875, 0.28125, 0.21875, 0.109375, 0.03125}};
  if (sigma <= 0 && size <= 7 && size % 2 == 1) return kFixed[static_cast<size_t>(size / 2)];
  if (sigma <= 0) sigma = 0.3 * (static_cast<double>(size - 1) * 0.5 - 1) + 0.8;
  std::vector<double> kernel;
  double sum = 0;
  for (int64_t i = 0; i < size; ++i) {
    const double x = static_cast<double>(i) - static_cast<double>(size - 1) * 0.5;
    kernel.push_back(std::exp(-x * x / (2 * sigma * sigma)));
    sum += kernel.back();
  }
  for (double& w : kernel) w /= sum;
  return kernel;
}

Result<np::Array> gaussian_blur(const np::Array& array, int64_t width, int64_t height, double sigma_x, double sigma_y,
                                Border border) {
  if (sigma_y <= 0) sigma_y = sigma_x;
  const double reach = array.dtype() == DType::u8 ? 3 : 4;
  const auto derived = [&](double sigma) { return static_cast<int64_t>(std::nearbyint(sigma * reach * 2 + 1)) | 1; };
  if (width <= 0 && sigma_x > 0 && sigma_x < 100) width = derived(sigma_x);
  if (height <= 0 && sigma_y > 0 && sigma_y < 100) height = derived(sigma_y);
  if (width % 2 != 1 || height % 2 != 1)
    return fail(ErrorCode::invalid_argument, "GaussianBlur needs an odd kernel size, or (0, 0) and a sigma");
  WALLE_TRY(check_kernel(height, width));
  return filter_separable(array, array.dtype(), gaussian_kernel(width, sigma_x), gaussian_kernel(height, sigma_y), 0,
                          border);
}

Result<np::Array> blur(const np::Array& array, int64_t width, int64_t height, Border border) {
  WALLE_TRY(check_kernel(height, width));
  return filter_separable(
      array, array.dtype(), std::vector<double>(static_cast<size_t>(width), 1.0 / static_cast<double>(width)),
      std::vector<double>(static_cast<size_t>(height), 1.0 / static_cast<double>(height)), 0, border);
}

Result<np::Array> median_blur(const np::Array& array, int64_t size) {
  const Image image = WALLE_TRY(to_image(array));
  if (size % 2 != 1 || size < 1 || size > 31)
    return fail(ErrorCode::invalid_argument, "medianBlur needs an odd size from 1 to 31");
  Image out = WALLE_TRY(new_like(image, image.height, image.width));
  for_pixel(image.dtype(), [&](auto zero) {
    using T = decltype(zero);
    std::vector<T> box;
    const int64_t half = size / 2;
    for (int64_t y = 0; y < image.height; ++y) {
      for (int64_t x = 0; x < image.width * image.channels; ++x) {
        box.clear();
        for (int64_t j = -half; j <= half; ++j) {
          const T* row = image.row<T>(border_index(y + j, image.height, Border::replicate));
          for (int64_t i = -half; i <= half; ++i)
            box.push_back(row[border_index(x / image.channels + i, image.width, Border::replicate) * image.channels +
                              x % image.channels]);
        }
        std::nth_element(box.begin(), box.begin() + size * size / 2, box.end());
        out.row<T>(y)[x] = box[static_cast<size_t>(size * size / 2)];
      }
    }
  });
  return out.array;
}

Result<np::Array> sobel(const np::Array& array, DType depth, int dx, int dy, int64_t size, double scale, double delta,
                        Border border) {
  if (dx < 0 || dy < 0 || dx + dy < 1 || dx > 2 || dy > 2 || (size != 1 && size != 3 && size != 5 && size != 7)) {
    return fail(ErrorCode::invalid_argument, "Sobel takes orders 0 to 2 (not both 0) and ksize 1, 3, 5 or 7");
  }
  auto row = derivative_kernel(dx, size);
  for (double& w : row) w *= scale;
  return filter_separable(array, depth, row, derivative_kernel(dy, size), delta, border);
}

Result<np::Array> laplacian(const np::Array& array, DType depth, int64_t size, double scale, double delta,
                            Border border) {
  if (size != 1 && size != 3) return fail(ErrorCode::invalid_argument, "Laplacian takes ksize 1 or 3");
  std::vector<double> kernel =
      size == 1 ? std::vector<double>{0, 1, 0, 1, -4, 1, 0, 1, 0} : std::vector<double>{2, 0, 2, 0, -8, 0, 2, 0, 2};
  for (double& w : kernel) w *= scale;
  return filter_2d(array, depth, kernel, 3, 3, delta, border);
}

}  // namespace walle::cv
