#pragma once

#include "libwalle/lib/cv/image.h"

namespace walle::cv {

/// OpenCV's COLOR_… numbers of the conversions that are here.
enum class ColorCode : int {
  bgr2bgra = 0,
  bgra2bgr = 1,
  bgr2rgba = 2,
  rgba2bgr = 3,
  bgr2rgb = 4,
  bgra2rgba = 5,
  bgr2gray = 6,
  rgb2gray = 7,
  gray2bgr = 8,
  gray2bgra = 9,
  bgra2gray = 10,
  rgba2gray = 11,
  bgr2ycrcb = 36,
  rgb2ycrcb = 37,
  bgr2hsv = 40,
  rgb2hsv = 41,
};

/// Converts colours. u8, u16 or f32 (f32 in [0, 1]); HSV and YCrCb take u8 only (H in [0, 180)).
/// Errors: invalid_argument naming the channels it needs; unsupported for other codes.
[[nodiscard]] Result<np::Array> cvt_color(const np::Array& image, ColorCode code);

}  // namespace walle::cv
