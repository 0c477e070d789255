#pragma once

#include <Python.h>

#include <optional>

#include "libwalle/lib/np/array.h"
#include "libwalle/lib/np/dtypes.h"

namespace walle::package {

/// The Python object of `walle.np.ndarray`. A `scalar` (a[0], a.sum()) is an array of rank 0 that prints, hashes and
/// formats like a number.
struct ArrayObject {
  PyObject_HEAD np::Array array;
  bool scalar;
};

/// `walle.np.dtype`; np.float32 and a.dtype are such objects, and calling one makes a scalar.
struct DtypeObject {
  PyObject_HEAD DType dtype;
};

/// What belongs to one interpreter's `walle.np`; lives in the module object.
struct NpState {
  PyTypeObject* array_type;
  PyTypeObject* dtype_type;
  PyObject* dtypes[kDTypes];
};
/// Null until `walle.np` is imported in the interpreter of this thread.
[[nodiscard]] NpState* np_state();
void set_np_state(NpState* state);

[[nodiscard]] inline ArrayObject* as_array(PyObject* object) { return reinterpret_cast<ArrayObject*>(object); }
/// As wrap(), but an array of rank 0 becomes a scalar.
[[nodiscard]] PyObject* wrap_scalar(np::Array array);
/// `finish` for results that are scalars when they have rank 0.
[[nodiscard]] PyObject* finish_scalar(Result<np::Array> result);
/// As raise(), with what NumPy raises for a dtype that a function does not take (unsupported → TypeError) and for a
/// number that does not fit (data_loss → OverflowError).
PyObject* raise_array(const Error& error);
/// A new reference to the object of this dtype.
[[nodiscard]] PyObject* dtype_object(DType dtype);

/// Types and slots, one file each: np_array_type.cpp, np_dtype.cpp.
[[nodiscard]] PyTypeObject* make_array_type(PyObject* module);
[[nodiscard]] PyTypeObject* make_dtype_type(PyObject* module);

/// A dtype argument: dtype object, name, or the types float, int, bool. None → nullopt.
[[nodiscard]] Result<std::optional<DType>> read_dtype(PyObject* object);

/// PEP 3118. Export fills `view`; import borrows the exporter's memory for as long as the array or a view of it lives.
int export_buffer(PyObject* self, Py_buffer* view, int flags);
void release_buffer(PyObject* self, Py_buffer* view);
[[nodiscard]] Result<np::Array> import_buffer(PyObject* object);

/// An array of a number or of nested lists and tuples (which may hold arrays). Without `dtype` the elements decide.
[[nodiscard]] Result<np::Array> array_of_sequence(PyObject* object, std::optional<DType> dtype);

/// The element at `data` as a Python bool, int or float; and a Python number into an element (OverflowError if it does
/// not fit an integer dtype; false with the exception set).
[[nodiscard]] PyObject* element_object(DType dtype, const void* data);
[[nodiscard]] bool store_element(PyObject* number, DType dtype, void* data);

/// What kind of weak scalar a Python number is; nullopt for other objects.
[[nodiscard]] std::optional<np::Weak> weak_kind(PyObject* object);

}  // namespace walle::package
