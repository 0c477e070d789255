#include "libwalle/lib/cv/geometry.h"

#include "pyvm/package/cv_arguments.h"

namespace walle::package {
namespace {

PyObject* warp(PyObject* args, PyObject* kwargs, bool affine) {
  np::Array image;
  cv::Matrix3 matrix{};
  std::array<int64_t, 2> size{};
  PyObject* dst = nullptr;
  int flags = 1;
  int border = 0;
  cv::WarpOptions options;
  if (!parse<7>(args, kwargs, "O&O&O&|OiiO&", {"src", "M", "dsize", "dst", "flags", "borderMode", "borderValue"},
                array_argument, &image, matrix_argument, &matrix, size_argument, &size, &dst, &flags, &border,
                color_argument, &options.value)) {
    return nullptr;
  }
  if ((flags & 7) > 2 || border < 0 || border > 4)
    return raise({ErrorCode::unsupported,
                  "warps take INTER_NEAREST, INTER_LINEAR or INTER_CUBIC and BORDER_CONSTANT to BORDER_REFLECT_101"});
  options.interpolation = static_cast<cv::Interpolation>(flags & 7);
  options.inverse_map = (flags & 16) != 0;
  options.border = static_cast<cv::Border>(border);
  options.affine = affine;
  return finish(cv::warp_perspective(image, matrix, size[0], size[1], options));
}

PyObject* warp_perspective(PyObject*, PyObject* args, PyObject* kwargs) { return warp(args, kwargs, false); }
PyObject* warp_affine(PyObject*, PyObject* args, PyObject* kwargs) { return warp(args, kwargs, true); }

/// Copies exactly N points, or raises.
template <size_t N>
bool exactly(const cv::Contour& points, std::array<cv::Point, N>& out) {
  if (points.size() == N) return std::copy(points.begin(), points.end(), out.begin()), true;
  PyErr_Format(PyExc_ValueError, "expected %d points, got %d", static_cast<int>(N), static_cast<int>(points.size()));
  return false;
}

PyObject* get_perspective_transform(PyObject*, PyObject* args, PyObject* kwargs) {
  cv::Contour src;
  cv::Contour dst;
  std::array<cv::Point, 4> a;
  std::array<cv::Point, 4> b;
  if (!parse<2>(args, kwargs, "O&O&", {"src", "dst"}, contour_argument, &src, contour_argument, &dst) ||
      !exactly(src, a) || !exactly(dst, b))
    return nullptr;
  const auto matrix = cv::get_perspective_transform(a, b);
  return matrix ? matrix_object(*matrix, 3) : raise(matrix.error());
}

PyObject* get_affine_transform(PyObject*, PyObject* args, PyObject* kwargs) {
  cv::Contour src;
  cv::Contour dst;
  std::array<cv::Point, 3> a;
  std::array<cv::Point, 3> b;
  if (!parse<2>(args, kwargs, "O&O&", {"src", "dst"}, contour_argument, &src, contour_argument, &dst) ||
      !exactly(src, a) || !exactly(dst, b))
    return nullptr;
  const auto matrix = cv::get_affine_transform(a, b);
  return matrix ? matrix_object(*matrix, 2) : raise(matrix.error());
}

PyObject* get_rotation_matrix_2d(PyObject*, PyObject* args, PyObject* kwargs) {
  cv::Point center;
  double angle = 0;
  double scale = 1;
  if (!parse<3>(args, kwargs, "O&dd", {"center", "angle", "scale"}, point_argument, &center, &angle, &scale))
    return nullptr;
  return matrix_object(cv::get_rotation_matrix_2d(center, angle, scale), 2);
}

PyObject* invert_affine_transform(PyObject*, PyObject* args, PyObject* kwargs) {
  cv::Matrix3 matrix{};
  if (!parse<1>(args, kwargs, "O&", {"M"}, matrix_argument, &matrix)) return nullptr;
  const auto inverse = cv::invert(matrix);
  return inverse ? matrix_object(*inverse, 2) : raise(inverse.error());
}

PyObject* perspective_transform(PyObject*, PyObject* args, PyObject* kwargs) {
  cv::Contour points;
  cv::Matrix3 matrix{};
  if (!parse<2>(args, kwargs, "O&O&", {"src", "m"}, contour_argument, &points, matrix_argument, &matrix))
    return nullptr;
  for (cv::Point& p : points) p = cv::transform(matrix, p);
  auto array = unwrap(points_object(points));
  if (!array) return raise(array.error());
  return wrap(array->view({array->dim(0), 1, 2}, {2, 2, 1}));
}

PyObject* rotate(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array image;
  int code = 0;
  if (!parse<2>(args, kwargs, "O&i", {"src", "rotateCode"}, array_argument, &image, &code)) return nullptr;
  if (code < 0 || code > 2)
    return raise({ErrorCode::invalid_argument,
                  "rotateCode must be ROTATE_90_CLOCKWISE, ROTATE_180 or ROTATE_90_COUNTERCLOCKWISE"});
  return finish(cv::rotate(image, code));
}

PyObject* flip(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array image;
  int code = 0;
  if (!parse<2>(args, kwargs, "O&i", {"src", "flipCode"}, array_argument, &image, &code)) return nullptr;
  return finish(cv::flip(image, code));
}

PyObject* copy_make_border(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array image;
  int top = 0;
  int bottom = 0;
  int left = 0;
  int right = 0;
  int border = 0;
  PyObject* dst = nullptr;
  std::array<double, 4> value{};
  if (!parse<8>(args, kwargs, "O&iiiii|OO&", {"src", "top", "bottom", "left", "right", "borderType", "dst", "value"},
                array_argument, &image, &top, &bottom, &left, &right, &border, &dst, color_argument, &value)) {
    return nullptr;
  }
  if (border < 0 || border > 4)
    return raise({ErrorCode::invalid_argument, "borderType must be BORDER_CONSTANT to BORDER_REFLECT_101"});
  return finish(cv::copy_make_border(image, top, bottom, left, right, static_cast<cv::Border>(border), value));
}

}  // namespace

std::span<const PyMethodDef> cv_geometry_methods() {
  static const PyMethodDef kMethods[] = {
      method("warpPerspective", warp_perspective,
             "warpPerspective(src, M, dsize, flags=INTER_LINEAR, borderMode=BORDER_CONSTANT, borderValue=0)"),
      method("warpAffine", warp_affine,
             "warpAffine(src, M, dsize, flags=INTER_LINEAR, borderMode=BORDER_CONSTANT, borderValue=0)"),
      method("getPerspectiveTransform", get_perspective_transform,
             "getPerspectiveTransform(src, dst): 3x3 matrix from four points"),
      method("getAffineTransform", get_affine_transform, "getAffineTransform(src, dst): 2x3 matrix from three points"),
      method("getRotationMatrix2D", get_rotation_matrix_2d,
             "getRotationMatrix2D(center, angle, scale): 2x3 matrix; degrees, counter-clockwise"),
      method("invertAffineTransform", invert_affine_transform, "invertAffineTransform(M): 2x3 matrix"),
      method("perspectiveTransform", perspective_transform, "perspectiveTransform(src, m): points [n, 1, 2]"),
      method("rotate", rotate, "rotate(src, rotateCode): by right angles"),
      method("flip", flip, "flip(src, flipCode): 0 upside down, > 0 left to right, < 0 both"),
      method("copyMakeBorder", copy_make_border, "copyMakeBorder(src, top, bottom, left, right, borderType, value=0)"),
  };
  return kMethods;
}

}  // namespace walle::package
