#include "libwalle/lib/cv/draw.h"

#include "pyvm/package/cv_arguments.h"

namespace walle::package {
namespace {

/// Drawing changes the image in place and returns it, as in OpenCV.
PyObject* drawn(PyObject* image, const Status& status) { return status ? Py_NewRef(image) : raise(status.error()); }

bool target(PyObject* image, np::Array& array) {
  if (!is_array(image)) {
    PyErr_SetString(PyExc_TypeError, "drawing needs an ndarray");
    return false;
  }
  return array_argument(image, &array) != 0;
}

PyObject* fill_poly(PyObject*, PyObject* args, PyObject* kwargs) {
  PyObject* image = nullptr;
  np::Array array;
  std::vector<cv::Contour> polygons;
  cv::Color color{};
  if (!parse<3>(args, kwargs, "OO&O&", {"img", "pts", "color"}, &image, contours_argument, &polygons, color_argument,
                &color) ||
      !target(image, array))
    return nullptr;
  return drawn(image, cv::fill_poly(array, polygons, color));
}

PyObject* polylines(PyObject*, PyObject* args, PyObject* kwargs) {
  PyObject* image = nullptr;
  np::Array array;
  std::vector<cv::Contour> lines;
  cv::Color color{};
  int closed = 0;
  int thickness = 1;
  int type = 8;
  if (!parse<6>(args, kwargs, "OO&pO&|ii", {"img", "pts", "isClosed", "color", "thickness", "lineType"}, &image,
                contours_argument, &lines, &closed, color_argument, &color, &thickness, &type) ||
      !target(image, array)) {
    return nullptr;
  }
  return drawn(image, cv::polylines(array, lines, closed != 0, color, thickness));
}

PyObject* two_points(PyObject* args, PyObject* kwargs,
                     Status (*function)(np::Array&, cv::Point, cv::Point, const cv::Color&, int64_t)) {
  PyObject* image = nullptr;
  np::Array array;
  cv::Point a;
  cv::Point b;
  cv::Color color{};
  int thickness = 1;
  int type = 8;
  if (!parse<6>(args, kwargs, "OO&O&O&|ii", {"img", "pt1", "pt2", "color", "thickness", "lineType"}, &image,
                point_argument, &a, point_argument, &b, color_argument, &color, &thickness, &type) ||
      !target(image, array)) {
    return nullptr;
  }
  return drawn(image, function(array, a, b, color, thickness));
}
PyObject* line(PyObject*, PyObject* args, PyObject* kwargs) { return two_points(args, kwargs, cv::line); }
PyObject* rectangle(PyObject*, PyObject* args, PyObject* kwargs) { return two_points(args, kwargs, cv::rectangle); }

PyObject* circle(PyObject*, PyObject* args, PyObject* kwargs) {
  PyObject* image = nullptr;
  np::Array array;
  cv::Point center;
  double radius = 0;
  cv::Color color{};
  int thickness = 1;
  int type = 8;
  if (!parse<6>(args, kwargs, "OO&dO&|ii", {"img", "center", "radius", "color", "thickness", "lineType"}, &image,
                point_argument, &center, &radius, color_argument, &color, &thickness, &type) ||
      !target(image, array)) {
    return nullptr;
  }
  return drawn(image, cv::circle(array, center, radius, color, thickness));
}

PyObject* draw_contours(PyObject*, PyObject* args, PyObject* kwargs) {
  PyObject* image = nullptr;
  np::Array array;
  std::vector<cv::Contour> contours;
  int index = -1;
  cv::Color color{};
  int thickness = 1;
  if (!parse<5>(args, kwargs, "OO&iO&|i", {"image", "contours", "contourIdx", "color", "thickness"}, &image,
                contours_argument, &contours, &index, color_argument, &color, &thickness) ||
      !target(image, array)) {
    return nullptr;
  }
  if (index >= 0 && static_cast<size_t>(index) < contours.size()) contours = {contours[static_cast<size_t>(index)]};
  return drawn(image, thickness < 0 ? cv::fill_poly(array, contours, color)
                                    : cv::polylines(array, contours, true, color, thickness));
}

}  // namespace

std::span<const PyMethodDef> cv_draw_methods() {
  static const PyMethodDef kMethods[] = {
      method("fillPoly", fill_poly, "fillPoly(img, pts, color): fills polygons in place"),
      method("polylines", polylines, "polylines(img, pts, isClosed, color, thickness=1)"),
      method("line", line, "line(img, pt1, pt2, color, thickness=1)"),
      method("rectangle", rectangle, "rectangle(img, pt1, pt2, color, thickness=1); thickness < 0 fills"),
      method("circle", circle, "circle(img, center, radius, color, thickness=1); thickness < 0 fills"),
      method("drawContours", draw_contours,
             "drawContours(image, contours, contourIdx, color, thickness=1); contourIdx < 0: all"),
  };
  return kMethods;
}

}  // namespace walle::package
