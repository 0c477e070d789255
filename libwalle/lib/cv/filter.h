#pragma once

#include <vector>

#include "libwalle/lib/cv/image.h"

namespace walle::cv {

/// dst(x, y) = sum kernel(i, j) * src(x + i - anchor, y + j - anchor) + delta, anchor in the kernel's middle.
/// kernel: f64, rows x columns, each 1 to 255. depth: dtype of the result.
[[nodiscard]] Result<np::Array> filter_2d(const np::Array& image, DType depth, const std::vector<double>& kernel,
                                          int64_t rows, int64_t columns, double delta, Border border);
/// The same for kernel = column * row (an outer product), in two passes.
[[nodiscard]] Result<np::Array> filter_separable(const np::Array& image, DType depth, const std::vector<double>& row,
                                                 const std::vector<double>& column, double delta, Border border);

/// Gaussian weights; sigma ≤ 0: 0.3*((size-1)*0.5 - 1) + 0.8, and OpenCV's fixed tables for sizes 1, 3, 5, 7.
[[nodiscard]] std::vector<double> gaussian_kernel(int64_t size, double sigma);
/// width, height: odd, or 0 to derive them from sigma. u8 within ±1 of OpenCV.
[[nodiscard]] Result<np::Array> gaussian_blur(const np::Array& image, int64_t width, int64_t height, double sigma_x,
                                              double sigma_y, Border border);
/// Mean over a width x height box.
[[nodiscard]] Result<np::Array> blur(const np::Array& image, int64_t width, int64_t height, Border border);
/// Median over a size x size box (size odd), border replicated.
[[nodiscard]] Result<np::Array> median_blur(const np::Array& image, int64_t size);
/// Derivative of order (dx, dy) by Sobel's kernels of size 1, 3, 5 or 7 (size 1: no smoothing).
[[nodiscard]] Result<np::Array> sobel(const np::Array& image, DType depth, int dx, int dy, int64_t size, double scale,
                                      double delta, Border border);
/// Sum of second derivatives: size 1 (4-neighbour kernel) or 3.
[[nodiscard]] Result<np::Array> laplacian(const np::Array& image, DType depth, int64_t size, double scale, double delta,
                                          Border border);

}  // namespace walle::cv
