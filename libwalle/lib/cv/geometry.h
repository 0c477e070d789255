#pragma once

#include <array>
#include <vector>

#include "libwalle/lib/cv/image.h"
#include "libwalle/lib/cv/resize.h"

namespace walle::cv {

struct Point {
  double x = 0, y = 0;
};
/// Row-major 3x3 transformation of (x, y, 1).
using Matrix3 = std::array<double, 9>;

/// The projective transformation that maps four source points to four destination points.
/// Errors: invalid_argument if three of them lie on a line.
[[nodiscard]] Result<Matrix3> get_perspective_transform(const std::array<Point, 4>& src,
                                                        const std::array<Point, 4>& dst);
/// The affine transformation that maps three points (last row 0 0 1).
[[nodiscard]] Result<Matrix3> get_affine_transform(const std::array<Point, 3>& src, const std::array<Point, 3>& dst);
/// Rotation by `degrees` (counter-clockwise, y down) about `center`, scaled.
[[nodiscard]] Matrix3 get_rotation_matrix_2d(Point center, double degrees, double scale);
/// Errors: invalid_argument if the matrix is singular.
[[nodiscard]] Result<Matrix3> invert(const Matrix3& m);
[[nodiscard]] Point transform(const Matrix3& m, Point p);

struct WarpOptions {
  Interpolation interpolation = Interpolation::linear;  ///< nearest, linear or cubic
  bool inverse_map = false;                             ///< the matrix maps destination to source already
  bool affine = false;                                  ///< round positions as OpenCV's warpAffine does
  Border border = Border::constant;
  std::array<double, 4> value{};  ///< of the constant border
};
/// dst(x, y) = src(M^-1 (x, y)), sizes width x height. Source positions are rounded to 1/32 pixel, as OpenCV does.
[[nodiscard]] Result<np::Array> warp_perspective(const np::Array& image, const Matrix3& matrix, int64_t width,
                                                 int64_t height, const WarpOptions& options);

/// Rotations by right angles and mirrors. code: OpenCV's ROTATE_… (0: 90° clockwise, 1: 180°, 2: 90°
/// counter-clockwise).
[[nodiscard]] Result<np::Array> rotate(const np::Array& image, int code);
/// code 0: upside down; > 0: left to right; < 0: both.
[[nodiscard]] Result<np::Array> flip(const np::Array& image, int code);
[[nodiscard]] Result<np::Array> copy_make_border(const np::Array& image, int64_t top, int64_t bottom, int64_t left,
                                                 int64_t right, Border border, const std::array<double, 4>& value);

}  // namespace walle::cv
