#include "pyvm/package/np_arguments.h"

#include <vector>

#include "pyvm/interp/ref.h"
#include "pyvm/package/array_object.h"
#include "pyvm/package/np_object.h"

namespace walle::package {
using pyvm::Ref;

int array_converter(PyObject* object, void* target) {
  auto array = unwrap(object);
  if (!array) return raise(array.error()), 0;
  *static_cast<np::Array*>(target) = std::move(*array);
  return 1;
}

int dtype_converter(PyObject* object, void* target) {
  const auto dtype = read_dtype(object);
  if (!dtype) {
    PyErr_SetString(PyExc_TypeError, dtype.error().message.c_str());
    return 0;
  }
  *static_cast<std::optional<DType>*>(target) = *dtype;
  return 1;
}

int dims_converter(PyObject* object, void* target) {
  auto* dims = static_cast<np::Dims*>(target);
  dims->clear();
  if (PyIndex_Check(object) && !PySequence_Check(object)) {
    const Py_ssize_t value = PyNumber_AsSsize_t(object, PyExc_OverflowError);
    if (value == -1 && PyErr_Occurred()) return 0;
    dims->push_back(value);
    return 1;
  }
  if (is_array(object) && as_array(object)->array.rank() == 0) {
    const Py_ssize_t value = PyNumber_AsSsize_t(object, PyExc_OverflowError);
    dims->push_back(value);
    return value == -1 && PyErr_Occurred() ? 0 : 1;
  }
  const Ref items(PySequence_Fast(object, "an int or a sequence of ints is needed"));
  if (!items) return 0;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i) {
    const Py_ssize_t value = PyNumber_AsSsize_t(PySequence_Fast_GET_ITEM(items.get(), i), PyExc_OverflowError);
    if (value == -1 && PyErr_Occurred()) return 0;
    if (dims->full()) {
      PyErr_SetString(PyExc_ValueError, "arrays have at most 16 dimensions");
      return 0;
    }
    dims->push_back(value);
  }
  return 1;
}

int axes_converter(PyObject* object, void* target) {
  auto* axes = static_cast<std::optional<np::Dims>*>(target);
  if (object == Py_None) return 1;
  return dims_converter(object, &axes->emplace());
}

int arrays_converter(PyObject* object, void* target) {
  auto* arrays = static_cast<std::vector<np::Array>*>(target);
  if (is_array(object) && as_array(object)->array.rank() == 0) {
    PyErr_SetString(PyExc_TypeError, "a sequence of arrays is needed");
    return 0;
  }
  const Ref items(PySequence_Fast(object, "a sequence of arrays is needed"));
  if (!items) return 0;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i) {
    if (!array_converter(PySequence_Fast_GET_ITEM(items.get(), i), &arrays->emplace_back())) return 0;
  }
  return 1;
}

}  // namespace walle::package
