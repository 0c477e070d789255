#pragma once

#include <Python.h>

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "libwalle/lib/cv/geometry.h"
#include "libwalle/lib/cv/shape.h"
#include "pyvm/package/array_object.h"

namespace walle::package {

/// Converters for PyArg_ParseTupleAndKeywords ("O&"): each takes the object and a pointer to its target, and returns 1,
/// or 0 with a Python exception that says what was expected.
int array_argument(PyObject* object, void* target);           ///< np::Array
int optional_array_argument(PyObject* object, void* target);  ///< std::optional<np::Array>; None is nullopt
int size_argument(PyObject* object, void* target);      ///< std::array<int64_t, 2>: (width, height); None is (0, 0)
int color_argument(PyObject* object, void* target);     ///< std::array<double, 4>: a number or up to four
int point_argument(PyObject* object, void* target);     ///< cv::Point: (x, y)
int contour_argument(PyObject* object, void* target);   ///< cv::Contour: points as [n, 2] or [n, 1, 2]
int contours_argument(PyObject* object, void* target);  ///< std::vector<cv::Contour>
int matrix_argument(PyObject* object, void* target);    ///< cv::Matrix3 from 3 x 3, or 2 x 3 (last row 0 0 1)
int depth_argument(PyObject* object,
                   void* target);  ///< DType from CV_8U 0, CV_16U 2, CV_16S 3, CV_32F 5, CV_64F 6; -1 leaves it
int element_argument(PyObject* object, void* target);  ///< std::vector-backed cv::Element; None is 3 x 3 ones

/// New references; null with an exception on failure.
PyObject* contour_object(const cv::Contour& contour);          ///< int32 [n, 1, 2]
PyObject* points_object(std::span<const cv::Point> points);    ///< float32 [n, 2]
PyObject* matrix_object(const cv::Matrix3& matrix, int rows);  ///< float64 rows x 3

/// The methods of walle.cv, a span a theme (cv_<theme>.cpp).
std::span<const PyMethodDef> cv_image_methods();
std::span<const PyMethodDef> cv_geometry_methods();
std::span<const PyMethodDef> cv_filter_methods();
std::span<const PyMethodDef> cv_shape_methods();
std::span<const PyMethodDef> cv_draw_methods();
std::span<const PyMethodDef> cv_arithmetic_methods();

/// A row of a method table for a function with keyword arguments.
inline PyMethodDef method(const char* name, PyObject* (*function)(PyObject*, PyObject*, PyObject*), const char* doc) {
  return {name, reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function)), METH_VARARGS | METH_KEYWORDS,
          doc};
}

/// PyArg_ParseTupleAndKeywords with the keywords as text.
template <size_t N, class... Targets>
bool parse(PyObject* args, PyObject* kwargs, const char* format, const std::array<const char*, N>& names,
           Targets... targets) {
  std::array<char*, N + 1> list{};
  for (size_t i = 0; i < N; ++i) list[i] = const_cast<char*>(names[i]);
  return PyArg_ParseTupleAndKeywords(args, kwargs, format, list.data(), targets...) != 0;
}

}  // namespace walle::package
