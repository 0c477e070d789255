#pragma once

#include "libwalle/lib/cv/image.h"

namespace walle::cv {

/// OpenCV's INTER_… numbers.
enum class Interpolation : int { nearest = 0, linear = 1, cubic = 2, area = 3 };

/// Resizes to width x height (both > 0), or by factors fx, fy where they are 0 x 0. Pixel centres at half positions,
/// the border replicated, as OpenCV: u8 results within ±1 of it. area: mean over the covered box when shrinking both
/// axes, else as linear.
[[nodiscard]] Result<np::Array> resize(const np::Array& image, int64_t width, int64_t height, double fx, double fy,
                                       Interpolation interpolation);

}  // namespace walle::cv
