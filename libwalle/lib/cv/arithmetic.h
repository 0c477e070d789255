#pragma once

#include <array>
#include <optional>
#include <vector>

#include "libwalle/lib/cv/image.h"

namespace walle::cv {

/// Binary operations of equal images (same sides, channels and dtype); results saturate.
enum class PixelOp : uint8_t { add, subtract, multiply, absdiff, bit_and, bit_or, bit_xor, minimum, maximum };
[[nodiscard]] Result<np::Array> pixel_op(const np::Array& a, const np::Array& b, PixelOp op);
/// saturate(alpha * a + beta * b + gamma).
[[nodiscard]] Result<np::Array> add_weighted(const np::Array& a, double alpha, const np::Array& b, double beta,
                                             double gamma);
/// u8: saturate(|alpha * a + beta|).
[[nodiscard]] Result<np::Array> convert_scale_abs(const np::Array& image, double alpha, double beta);
[[nodiscard]] Result<np::Array> bitwise_not(const np::Array& image);

/// Mean (and standard deviation) of each channel where mask (u8, same sides) is not 0.
struct MeanStdDev {
  std::array<double, 4> mean{}, deviation{};
};
[[nodiscard]] Result<MeanStdDev> mean_std_dev(const np::Array& image, const std::optional<np::Array>& mask);
struct Extremes {
  double minimum = 0, maximum = 0;
  std::array<int64_t, 2> minimum_at{}, maximum_at{};  ///< x, y
};
[[nodiscard]] Result<Extremes> min_max_loc(const np::Array& image);
[[nodiscard]] Result<int64_t> count_non_zero(const np::Array& image);

[[nodiscard]] Result<std::vector<np::Array>> split(const np::Array& image);
[[nodiscard]] Result<np::Array> merge(const std::vector<np::Array>& channels);
/// type: OpenCV's NORM_INF 1, L1 2, L2 4, MINMAX 32. The result has the image's dtype.
[[nodiscard]] Result<np::Array> normalize(const np::Array& image, double alpha, double beta, int type);
/// u8, one channel: 256 counts as f32.
[[nodiscard]] Result<np::Array> histogram(const np::Array& image, int64_t channel,
                                          const std::optional<np::Array>& mask);
[[nodiscard]] Result<np::Array> equalize_hist(const np::Array& image);

}  // namespace walle::cv
