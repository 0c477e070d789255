#pragma once

#include <array>
#include <vector>

#include "libwalle/lib/cv/contours.h"

namespace walle::cv {

using Color = std::array<double, 4>;

/// All of these draw into `image`, which must be contiguous and writable, and clip at its border.
/// Errors: invalid_argument for an image that is not.

/// Fills the polygons' inside (even-odd over all of them) and their outlines.
[[nodiscard]] Status fill_poly(np::Array& image, const std::vector<Contour>& polygons, const Color& color);
[[nodiscard]] Status polylines(np::Array& image, const std::vector<Contour>& lines, bool closed, const Color& color,
                               int64_t thickness);
[[nodiscard]] Status line(np::Array& image, Point a, Point b, const Color& color, int64_t thickness);
/// thickness < 0: filled.
[[nodiscard]] Status rectangle(np::Array& image, Point a, Point b, const Color& color, int64_t thickness);
[[nodiscard]] Status circle(np::Array& image, Point center, double radius, const Color& color, int64_t thickness);

}  // namespace walle::cv
