// The type walle.np.ndarray: attributes, conversions, protocols. Operators are in np_operators.cpp, indexing in
// np_indexing.cpp, methods come from the themes.
#include <vector>

#include "libwalle/lib/np/cast.h"
#include "libwalle/lib/np/format.h"
#include "libwalle/lib/np/shape.h"
#include "pyvm/interp/ref.h"
#include "pyvm/package/array_object.h"
#include "pyvm/package/np_object.h"
#include "pyvm/package/np_slots.h"
#include "pyvm/package/np_theme.h"

namespace walle::package {
namespace {
const np::Array& array_of(PyObject* self) { return as_array(self)->array; }

void dealloc(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  as_array(self)->array.~Array();
  type->tp_free(self);
  Py_DECREF(type);
}

PyObject* tuple_of(const np::Dims& dims, int64_t factor) {
  PyObject* tuple = PyTuple_New(dims.size());
  for (int i = 0; tuple && i < dims.size(); ++i) {
    PyObject* item = PyLong_FromLongLong(dims[i] * factor);
    if (!item) Py_CLEAR(tuple);
    if (item) PyTuple_SET_ITEM(tuple, i, item);
  }
  return tuple;
}

PyObject* get_dtype(PyObject* self, void*) { return dtype_object(array_of(self).dtype()); }
PyObject* get_shape(PyObject* self, void*) { return tuple_of(array_of(self).dims(), 1); }
PyObject* get_strides(PyObject* self, void*) {
  return tuple_of(array_of(self).strides(), static_cast<int64_t>(array_of(self).item_bytes()));
}
PyObject* get_ndim(PyObject* self, void*) { return PyLong_FromLong(array_of(self).rank()); }
PyObject* get_size(PyObject* self, void*) { return PyLong_FromLongLong(array_of(self).size()); }
PyObject* get_itemsize(PyObject* self, void*) { return PyLong_FromSize_t(array_of(self).item_bytes()); }
PyObject* get_nbytes(PyObject* self, void*) { return PyLong_FromSize_t(array_of(self).bytes()); }
PyObject* get_transposed(PyObject* self, void*) { return finish(np::transpose(array_of(self), std::nullopt)); }

int set_shape(PyObject* self, PyObject* value, void*) {
  np::Dims dims;
  if (!value || !dims_converter(value, &dims)) return -1;
  auto reshaped = np::reshape(array_of(self), dims);
  if (!reshaped) return raise(reshaped.error()), -1;
  as_array(self)->array = std::move(*reshaped);
  return 0;
}

/// float(a), int(a), a.__index__(): arrays of one element only.
const void* single(PyObject* self) {
  if (array_of(self).size() == 1) return array_of(self).raw();
  PyErr_SetString(PyExc_TypeError, "only arrays of one element can be converted to Python scalars");
  return nullptr;
}

PyObject* to_float(PyObject* self) {
  const void* data = single(self);
  return data ? PyFloat_FromDouble(np::to_double(array_of(self).dtype(), data)) : nullptr;
}

PyObject* to_int(PyObject* self) {
  const void* data = single(self);
  if (!data) return nullptr;
  const pyvm::Ref element(element_object(array_of(self).dtype(), data));
  return element ? PyNumber_Long(element.get()) : nullptr;
}

PyObject* to_index(PyObject* self) {
  if (array_of(self).rank() != 0 || is_float(array_of(self).dtype())) {
    PyErr_SetString(PyExc_TypeError, "only integer scalar arrays can be converted to a scalar index");
    return nullptr;
  }
  return to_int(self);
}

int to_bool(PyObject* self) {
  if (array_of(self).size() == 1) return np::to_double(array_of(self).dtype(), array_of(self).raw()) != 0 ? 1 : 0;
  PyErr_SetString(PyExc_ValueError,
                  "the truth value of an array of several (or no) elements is ambiguous; use a.any() or a.all()");
  return -1;
}

Py_hash_t hash(PyObject* self) {
  if (!as_array(self)->scalar) {
    PyErr_SetString(PyExc_TypeError, "unhashable type: 'ndarray'");
    return -1;
  }
  const pyvm::Ref element(element_object(array_of(self).dtype(), array_of(self).raw()));
  return element ? PyObject_Hash(element.get()) : -1;
}

PyObject* text(const std::string& text) {
  return PyUnicode_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size()));
}
PyObject* repr(PyObject* self) {
  return text(as_array(self)->scalar ? np::format_scalar_repr(array_of(self)) : np::format_repr(array_of(self)));
}
PyObject* str(PyObject* self) { return text(np::format_str(array_of(self))); }

Py_ssize_t length(PyObject* self) {
  if (array_of(self).rank() > 0) return array_of(self).dim(0);
  PyErr_SetString(PyExc_TypeError, "len() of a scalar");
  return -1;
}

PyObject* make(PyTypeObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"shape", "dtype", nullptr};
  np::Dims dims;
  std::optional<DType> dtype;
  if (!parse_arguments(arguments, keywords, "O&|O&", names, dims_converter, &dims, dtype_converter, &dtype)) {
    return nullptr;
  }
  return finish(np::Array::empty(dtype.value_or(DType::f64), dims));
}

PyGetSetDef properties[] = {
    {"dtype", get_dtype, nullptr, nullptr, nullptr},     {"shape", get_shape, set_shape, nullptr, nullptr},
    {"strides", get_strides, nullptr, nullptr, nullptr}, {"ndim", get_ndim, nullptr, nullptr, nullptr},
    {"size", get_size, nullptr, nullptr, nullptr},       {"itemsize", get_itemsize, nullptr, nullptr, nullptr},
    {"nbytes", get_nbytes, nullptr, nullptr, nullptr},   {"T", get_transposed, nullptr, nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr}};

PyMethodDef* all_methods() {
  static std::vector<PyMethodDef> methods = [] {
    std::vector<PyMethodDef> all;
    for (const NpTheme* theme : np_themes::themes()) {
      for (PyMethodDef* method = theme->methods; method && method->ml_name; ++method) all.push_back(*method);
    }
    all.push_back({nullptr, nullptr, 0, nullptr});
    return all;
  }();
  return methods.data();
}

template <class F>
PyType_Slot slot(int id, F* function) {
  return {id, reinterpret_cast<void*>(function)};
}
}  // namespace

PyTypeObject* make_array_type(PyObject* module) {
  std::vector<PyType_Slot> slots = {slot(Py_tp_dealloc, dealloc),
                                    slot(Py_tp_new, make),
                                    slot(Py_tp_repr, repr),
                                    slot(Py_tp_str, str),
                                    slot(Py_tp_hash, hash),
                                    {Py_tp_getset, properties},
                                    {Py_tp_methods, all_methods()},
                                    slot(Py_bf_getbuffer, export_buffer),
                                    slot(Py_bf_releasebuffer, release_buffer),
                                    slot(Py_nb_float, to_float),
                                    slot(Py_nb_int, to_int),
                                    slot(Py_nb_index, to_index),
                                    slot(Py_nb_bool, to_bool),
                                    slot(Py_mp_length, length),
                                    slot(Py_sq_length, length)};
  add_operator_slots(slots);
  add_indexing_slots(slots);
  slots.push_back({0, nullptr});
  PyType_Spec spec = {"walle.np.ndarray", sizeof(ArrayObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
                      slots.data()};
  return reinterpret_cast<PyTypeObject*>(PyType_FromModuleAndSpec(module, &spec, nullptr));
}

}  // namespace walle::package
