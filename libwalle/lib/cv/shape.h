#pragma once

#include <array>

#include "libwalle/lib/cv/contours.h"

namespace walle::cv {

/// A rectangle turned by `degrees` in (0, 90], as OpenCV 4.5.1 and later.
struct RotatedRect {
  Point center;
  double width = 0, height = 0;
  double degrees = 0;
};
struct Rect {
  int64_t x = 0, y = 0, width = 0, height = 0;
};
struct Moments {
  double m00 = 0, m10 = 0, m01 = 0, m20 = 0, m11 = 0, m02 = 0, m30 = 0, m21 = 0, m12 = 0, m03 = 0;
};

/// Area by the shoelace formula; oriented: negative for clockwise (y down: counter-clockwise on the screen).
[[nodiscard]] double contour_area(const Contour& contour, bool oriented = false);
[[nodiscard]] double arc_length(const Contour& contour, bool closed);
/// Upright box that covers all points (pixels: + 1).
[[nodiscard]] Rect bounding_rect(const Contour& contour);
/// Hull by Andrew's monotone chain, counter-clockwise on the screen.
[[nodiscard]] Contour convex_hull(Contour points);
/// Smallest rectangle at any angle, by rotating calipers over the hull. Errors: invalid_argument without points.
[[nodiscard]] Result<RotatedRect> min_area_rect(const Contour& contour);
/// Corners in OpenCV's order: bottom-left first, then clockwise.
[[nodiscard]] std::array<Point, 4> box_points(const RotatedRect& rect);
/// Douglas and Peucker (1973).
[[nodiscard]] Contour approx_poly_dp(const Contour& contour, double epsilon, bool closed);
/// Signed distance to the contour (> 0 inside), or its sign.
[[nodiscard]] double point_polygon_test(const Contour& contour, Point p, bool distance);
/// Spatial moments of a polygon up to order three (Green's theorem).
[[nodiscard]] Moments moments(const Contour& contour);

}  // namespace walle::cv
