#include "libwalle/lib/cv/shape.h"

#include "pyvm/package/cv_arguments.h"

namespace walle::package {
namespace {

PyObject* find_contours(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array image;
  int mode = 0;
  int method_code = 0;
  if (!parse<3>(args, kwargs, "O&ii", {"image", "mode", "method"}, array_argument, &image, &mode, &method_code))
    return nullptr;
  const auto tree = cv::find_contours(image, mode, method_code);
  if (!tree) return raise(tree.error());
  PyObject* contours = PyTuple_New(static_cast<Py_ssize_t>(tree->contours.size()));
  for (size_t i = 0; contours != nullptr && i < tree->contours.size(); ++i) {
    PyObject* contour = contour_object(tree->contours[i]);
    if (contour == nullptr) return Py_DECREF(contours), nullptr;
    PyTuple_SET_ITEM(contours, static_cast<Py_ssize_t>(i), contour);
  }
  if (contours == nullptr) return nullptr;
  if (tree->contours.empty()) return Py_BuildValue("(NO)", contours, Py_None);
  return Py_BuildValue("(NN)", contours,
                       finish(np::Array::copy_of(DType::i32, {1, static_cast<int64_t>(tree->hierarchy.size()), 4},
                                                 tree->hierarchy.data())));
}

PyObject* contour_area(PyObject*, PyObject* args, PyObject* kwargs) {
  cv::Contour contour;
  int oriented = 0;
  if (!parse<2>(args, kwargs, "O&|p", {"contour", "oriented"}, contour_argument, &contour, &oriented)) return nullptr;
  return PyFloat_FromDouble(cv::contour_area(contour, oriented != 0));
}

PyObject* arc_length(PyObject*, PyObject* args, PyObject* kwargs) {
  cv::Contour contour;
  int closed = 0;
  if (!parse<2>(args, kwargs, "O&p", {"curve", "closed"}, contour_argument, &contour, &closed)) return nullptr;
  return PyFloat_FromDouble(cv::arc_length(contour, closed != 0));
}

PyObject* bounding_rect(PyObject*, PyObject* args, PyObject* kwargs) {
  cv::Contour contour;
  if (!parse<1>(args, kwargs, "O&", {"array"}, contour_argument, &contour)) return nullptr;
  const cv::Rect r = cv::bounding_rect(contour);
  return Py_BuildValue("(LLLL)", static_cast<long long>(r.x), static_cast<long long>(r.y),
                       static_cast<long long>(r.width), static_cast<long long>(r.height));
}

PyObject* min_area_rect(PyObject*, PyObject* args, PyObject* kwargs) {
  cv::Contour contour;
  if (!parse<1>(args, kwargs, "O&", {"points"}, contour_argument, &contour)) return nullptr;
  const auto r = cv::min_area_rect(contour);
  if (!r) return raise(r.error());
  return Py_BuildValue("((dd)(dd)d)", r->center.x, r->center.y, r->width, r->height, r->degrees);
}

PyObject* box_points(PyObject*, PyObject* args, PyObject*) {
  cv::RotatedRect r;
  if (PyArg_ParseTuple(args, "((dd)(dd)d)", &r.center.x, &r.center.y, &r.width, &r.height, &r.degrees) == 0)
    return nullptr;
  return points_object(cv::box_points(r));
}

PyObject* convex_hull(PyObject*, PyObject* args, PyObject* kwargs) {
  cv::Contour contour;
  if (!parse<1>(args, kwargs, "O&", {"points"}, contour_argument, &contour)) return nullptr;
  auto hull = unwrap(points_object(cv::convex_hull(contour)));
  if (!hull) return raise(hull.error());
  return wrap(hull->view({hull->dim(0), 1, 2}, {2, 2, 1}));
}

PyObject* approx_poly_dp(PyObject*, PyObject* args, PyObject* kwargs) {
  cv::Contour contour;
  double epsilon = 0;
  int closed = 0;
  if (!parse<3>(args, kwargs, "O&dp", {"curve", "epsilon", "closed"}, contour_argument, &contour, &epsilon, &closed))
    return nullptr;
  return contour_object(cv::approx_poly_dp(contour, epsilon, closed != 0));
}

PyObject* point_polygon_test(PyObject*, PyObject* args, PyObject* kwargs) {
  cv::Contour contour;
  cv::Point point;
  int measure = 0;
  if (!parse<3>(args, kwargs, "O&O&p", {"contour", "pt", "measureDist"}, contour_argument, &contour, point_argument,
                &point, &measure))
    return nullptr;
  return PyFloat_FromDouble(cv::point_polygon_test(contour, point, measure != 0));
}

PyObject* moments(PyObject*, PyObject* args, PyObject* kwargs) {
  cv::Contour contour;
  if (!parse<1>(args, kwargs, "O&", {"array"}, contour_argument, &contour)) return nullptr;
  const cv::Moments m = cv::moments(contour);
  return Py_BuildValue("{s:d,s:d,s:d,s:d,s:d,s:d,s:d,s:d,s:d,s:d}", "m00", m.m00, "m10", m.m10, "m01", m.m01, "m20",
                       m.m20, "m11", m.m11, "m02", m.m02, "m30", m.m30, "m21", m.m21, "m12", m.m12, "m03", m.m03);
}

PyObject* connected_components(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array image;
  PyObject* labels = nullptr;
  int connectivity = 8;
  if (!parse<3>(args, kwargs, "O&|Oi", {"image", "labels", "connectivity"}, array_argument, &image, &labels,
                &connectivity))
    return nullptr;
  auto components = cv::connected_components(image, connectivity);
  if (!components) return raise(components.error());
  return Py_BuildValue("(nN)", static_cast<Py_ssize_t>(components->statistics.size()), wrap(components->labels));
}

PyObject* connected_components_with_stats(PyObject*, PyObject* args, PyObject* kwargs) {
  np::Array image;
  PyObject* ignored = nullptr;
  int connectivity = 8;
  if (!parse<5>(args, kwargs, "O&|OOOi", {"image", "labels", "stats", "centroids", "connectivity"}, array_argument,
                &image, &ignored, &ignored, &ignored, &connectivity))
    return nullptr;
  auto components = cv::connected_components(image, connectivity);
  if (!components) return raise(components.error());
  const auto count = static_cast<int64_t>(components->statistics.size());
  return Py_BuildValue("(nNNN)", static_cast<Py_ssize_t>(count), wrap(components->labels),
                       finish(np::Array::copy_of(DType::i32, {count, 5}, components->statistics.data())),
                       finish(np::Array::copy_of(DType::f64, {count, 2}, components->centroids.data())));
}

}  // namespace

std::span<const PyMethodDef> cv_shape_methods() {
  static const PyMethodDef kMethods[] = {
      method("findContours", find_contours, "findContours(image, mode, method) -> (contours, hierarchy)"),
      method("contourArea", contour_area, "contourArea(contour, oriented=False)"),
      method("arcLength", arc_length, "arcLength(curve, closed)"),
      method("boundingRect", bounding_rect, "boundingRect(array) -> (x, y, width, height)"),
      method("minAreaRect", min_area_rect, "minAreaRect(points) -> ((cx, cy), (width, height), angle)"),
      method("boxPoints", box_points, "boxPoints(box): its four corners"),
      method("convexHull", convex_hull, "convexHull(points)"),
      method("approxPolyDP", approx_poly_dp, "approxPolyDP(curve, epsilon, closed)"),
      method("pointPolygonTest", point_polygon_test, "pointPolygonTest(contour, pt, measureDist)"),
      method("moments", moments, "moments(array): spatial moments of a polygon"),
      method("connectedComponents", connected_components,
             "connectedComponents(image, connectivity=8) -> (count, labels)"),
      method("connectedComponentsWithStats", connected_components_with_stats,
             "connectedComponentsWithStats(image, connectivity=8) -> (count, labels, stats, centroids)"),
  };
  return kMethods;
}

}  // namespace walle::package
