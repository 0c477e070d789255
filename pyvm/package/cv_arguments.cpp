#include "pyvm/package/cv_arguments.h"

#include <algorithm>
#include <memory>

#include "libwalle/lib/cv/morphology.h"

namespace walle::package {
namespace {

struct Decref {
  void operator()(PyObject* object) const { Py_XDECREF(object); }
};
using Reference = std::unique_ptr<PyObject, Decref>;

int type_error(const char* expected, PyObject* got) {
  PyErr_Format(PyExc_TypeError, "expected %s, not %s", expected, Py_TYPE(got)->tp_name);
  return 0;
}

/// Up to `most` numbers of a sequence or array (or one number); -1 with an exception if it is something else.
int numbers(PyObject* object, double* out, int most, const char* expected) {
  if (PyNumber_Check(object) != 0 && PySequence_Check(object) == 0) {
    out[0] = PyFloat_AsDouble(object);
    return PyErr_Occurred() != nullptr ? -1 : 1;
  }
  auto array = unwrap(object);
  if (!array || array->size() > most) {
    type_error(expected, object);
    return -1;
  }
  const auto doubles = array->astype(DType::f64);
  if (!doubles) return raise(doubles.error()), -1;
  std::copy_n(doubles->data<double>(), doubles->size(), out);
  return static_cast<int>(doubles->size());
}

}  // namespace

int array_argument(PyObject* object, void* target) {
  auto array = unwrap(object);
  if (!array) return raise(array.error()), 0;
  *static_cast<np::Array*>(target) = *std::move(array);
  return 1;
}

int optional_array_argument(PyObject* object, void* target) {
  auto* out = static_cast<std::optional<np::Array>*>(target);
  if (object == Py_None) return 1;
  return array_argument(object, &out->emplace());
}

int size_argument(PyObject* object, void* target) {
  if (object == Py_None) return 1;
  double values[2] = {0, 0};
  if (numbers(object, values, 2, "a size (width, height)") != 2)
    return PyErr_Occurred() != nullptr ? 0 : type_error("a size (width, height)", object);
  *static_cast<std::array<int64_t, 2>*>(target) = {static_cast<int64_t>(values[0]), static_cast<int64_t>(values[1])};
  return 1;
}

int color_argument(PyObject* object, void* target) {
  auto* color = static_cast<std::array<double, 4>*>(target);
  *color = {};
  return numbers(object, color->data(), 4, "a number or a colour of up to four numbers") < 0 ? 0 : 1;
}

int point_argument(PyObject* object, void* target) {
  double values[2] = {0, 0};
  if (numbers(object, values, 2, "a point (x, y)") != 2)
    return PyErr_Occurred() != nullptr ? 0 : type_error("a point (x, y)", object);
  *static_cast<cv::Point*>(target) = {values[0], values[1]};
  return 1;
}

int contour_argument(PyObject* object, void* target) {
  auto array = unwrap(object);
  if (!array) return raise(array.error()), 0;
  const int rank = array->rank();
  const bool form =
      array->size() == 0 || (rank >= 2 && rank <= 3 && array->dim(rank - 1) == 2 && (rank == 2 || array->dim(1) == 1));
  if (!form) {
    PyErr_Format(PyExc_ValueError, "points must have the shape (n, 2) or (n, 1, 2), not %s",
                 np::format_dims(array->dims()).c_str());
    return 0;
  }
  const auto doubles = array->astype(DType::f64);
  if (!doubles) return raise(doubles.error()), 0;
  auto* contour = static_cast<cv::Contour*>(target);
  contour->clear();
  for (int64_t i = 0; i + 1 < doubles->size(); i += 2)
    contour->push_back({doubles->data<double>()[i], doubles->data<double>()[i + 1]});
  return 1;
}

int contours_argument(PyObject* object, void* target) {
  auto* out = static_cast<std::vector<cv::Contour>*>(target);
  if (is_array(object)) return contour_argument(object, &out->emplace_back());
  const Reference items(PySequence_Fast(object, "expected a list of contours"));
  if (!items) return 0;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i) {
    if (contour_argument(PySequence_Fast_GET_ITEM(items.get(), i), &out->emplace_back()) == 0) return 0;
  }
  return 1;
}

int matrix_argument(PyObject* object, void* target) {
  double values[9] = {0, 0, 0, 0, 0, 0, 0, 0, 1};
  const int count = numbers(object, values, 9, "a 2x3 or 3x3 matrix");
  if (count != 6 && count != 9) return PyErr_Occurred() != nullptr ? 0 : type_error("a 2x3 or 3x3 matrix", object);
  std::copy_n(values, 9, static_cast<cv::Matrix3*>(target)->begin());
  return 1;
}

int depth_argument(PyObject* object, void* target) {
  const long depth = PyLong_AsLong(object);
  if (depth == -1 && PyErr_Occurred() != nullptr) return 0;
  auto* out = static_cast<DType*>(target);
  switch (depth) {
    case -1:
      return 1;
    case 0:
      return *out = DType::u8, 1;
    case 2:
      return *out = DType::u16, 1;
    case 3:
      return *out = DType::i16, 1;
    case 5:
      return *out = DType::f32, 1;
    case 6:
      return *out = DType::f64, 1;
    default:
      PyErr_SetString(PyExc_ValueError, "ddepth must be -1, CV_8U, CV_16U, CV_16S, CV_32F or CV_64F");
      return 0;
  }
}

int element_argument(PyObject* object, void* target) {
  if (object == Py_None) return 1;
  auto array = unwrap(object);
  if (!array) return raise(array.error()), 0;
  if (array->rank() != 2 || array->size() < 1 || array->dim(0) > 255 || array->dim(1) > 255)
    return type_error("a kernel of up to 255 x 255", object);
  const auto cells = array->astype(DType::u8);
  if (!cells) return raise(cells.error()), 0;
  *static_cast<cv::Element*>(target) = {
      array->dim(0), array->dim(1),
      std::vector<uint8_t>(cells->data<uint8_t>(), cells->data<uint8_t>() + cells->size())};
  return 1;
}

PyObject* contour_object(const cv::Contour& contour) {
  auto array = np::Array::empty(DType::i32, {static_cast<int64_t>(contour.size()), 1, 2});
  if (!array) return raise(array.error());
  auto* out = array->data<int32_t>();
  for (const cv::Point& p : contour) {
    *out++ = static_cast<int32_t>(p.x);
    *out++ = static_cast<int32_t>(p.y);
  }
  return wrap(*std::move(array));
}

PyObject* points_object(std::span<const cv::Point> points) {
  auto array = np::Array::empty(DType::f32, {static_cast<int64_t>(points.size()), 2});
  if (!array) return raise(array.error());
  auto* out = array->data<float>();
  for (const cv::Point& p : points) {
    *out++ = static_cast<float>(p.x);
    *out++ = static_cast<float>(p.y);
  }
  return wrap(*std::move(array));
}

PyObject* matrix_object(const cv::Matrix3& matrix, int rows) {
  return finish(np::Array::copy_of(DType::f64, {rows, 3}, matrix.data()));
}

}  // namespace walle::package
