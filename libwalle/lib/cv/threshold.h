#pragma once

#include <utility>

#include "libwalle/lib/cv/image.h"

namespace walle::cv {

/// OpenCV's THRESH_… numbers; add kOtsu to have the level found (u8, one channel).
enum class ThresholdType : int { binary = 0, binary_inv = 1, trunc = 2, tozero = 3, tozero_inv = 4 };
inline constexpr int kOtsu = 8;

/// Returns (level used, image).
[[nodiscard]] Result<std::pair<double, np::Array>> threshold(const np::Array& image, double level, double maximum,
                                                             int type);
/// u8 with one channel: a pixel over the mean (method 0) or Gaussian mean (1) of its block minus c becomes maximum.
[[nodiscard]] Result<np::Array> adaptive_threshold(const np::Array& image, double maximum, int method, int type,
                                                   int64_t block, double c);
/// u8 mask: 255 where low[k] ≤ pixel[k] ≤ high[k] for all channels.
[[nodiscard]] Result<np::Array> in_range(const np::Array& image, const std::array<double, 4>& low,
                                         const std::array<double, 4>& high);

}  // namespace walle::cv
