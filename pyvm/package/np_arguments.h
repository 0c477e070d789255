#pragma once

#include <Python.h>

#include <optional>

#include "libwalle/lib/np/array.h"
#include "libwalle/lib/np/dims.h"

namespace walle::package {

// Converters for PyArg_ParseTupleAndKeywords' "O&". 1 = done, 0 = an exception is set.

/// → np::Array*
int array_converter(PyObject* object, void* target);
/// → std::optional<DType>*; None leaves it empty.
int dtype_converter(PyObject* object, void* target);
/// → np::Dims*: an int or a sequence of ints.
int dims_converter(PyObject* object, void* target);
/// → std::optional<np::Dims>*; None leaves it empty.
int axes_converter(PyObject* object, void* target);
/// → std::vector<np::Array>*: a sequence of arrays.
int arrays_converter(PyObject* object, void* target);

/// PyArg_ParseTupleAndKeywords with a constant list of names.
template <class... Targets>
[[nodiscard]] bool parse_arguments(PyObject* arguments, PyObject* keywords, const char* format,
                                   const char* const* names, Targets... targets) {
  return PyArg_ParseTupleAndKeywords(arguments, keywords, format, const_cast<char**>(names), targets...) != 0;
}

}  // namespace walle::package
