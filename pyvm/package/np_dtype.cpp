// walle.np.dtype: np.float32, a.dtype, np.dtype("uint8"). Calling one makes a scalar: np.float32(2).
#include "libwalle/lib/np/cast.h"
#include "pyvm/interp/ref.h"
#include "pyvm/package/array_object.h"
#include "pyvm/package/np_object.h"

namespace walle::package {
namespace {
DType dtype_of(PyObject* self) { return reinterpret_cast<DtypeObject*>(self)->dtype; }

PyObject* repr(PyObject* self) { return PyUnicode_FromFormat("dtype('%s')", np::numpy_name(dtype_of(self)).data()); }
PyObject* name(PyObject* self, void*) { return PyUnicode_FromString(np::numpy_name(dtype_of(self)).data()); }
PyObject* str(PyObject* self) { return name(self, nullptr); }
PyObject* itemsize(PyObject* self, void*) { return PyLong_FromLong(bits_of(dtype_of(self)) / 8); }
PyObject* kind(PyObject* self, void*) { return PyUnicode_FromFormat("%c", np::kind_of(dtype_of(self))); }
PyObject* code(PyObject* self, void*) {
  const int bytes = bits_of(dtype_of(self)) / 8;
  return PyUnicode_FromFormat("%c%c%d", bytes == 1 ? '|' : '<', np::kind_of(dtype_of(self)), bytes);
}
PyObject* itself(PyObject* self, void*) { return Py_NewRef(self); }
Py_hash_t hash(PyObject* self) { return static_cast<Py_hash_t>(dtype_of(self)) + 77; }

PyObject* compare(PyObject* self, PyObject* other, int operation) {
  if (operation != Py_EQ && operation != Py_NE) Py_RETURN_NOTIMPLEMENTED;
  const auto dtype = read_dtype(other);
  const bool equal = dtype && *dtype && **dtype == dtype_of(self);
  return PyBool_FromLong(equal == (operation == Py_EQ));
}

PyObject* call(PyObject* self, PyObject* arguments, PyObject*) {
  PyObject* object = nullptr;
  if (!PyArg_ParseTuple(arguments, "|O", &object)) return nullptr;
  if (!object) return finish_scalar(np::Array::zeros(dtype_of(self), {}));
  if (PyUnicode_Check(object)) {
    const pyvm::Ref number(PyFloat_FromString(object));
    if (!number) return nullptr;
    return finish_scalar(array_of_sequence(number.get(), dtype_of(self)));
  }
  auto array = unwrap(object);
  return finish_scalar(array ? array->astype(dtype_of(self)) : std::move(array));
}

PyObject* make(PyTypeObject*, PyObject* arguments, PyObject*) {
  PyObject* object = nullptr;
  if (!PyArg_ParseTuple(arguments, "O", &object)) return nullptr;
  const auto dtype = read_dtype(object);
  if (!dtype) return raise(dtype.error());
  return dtype_object(dtype->value_or(DType::f64));
}

PyGetSetDef properties[] = {
    {"name", name, nullptr, nullptr, nullptr},         {"__name__", name, nullptr, nullptr, nullptr},
    {"itemsize", itemsize, nullptr, nullptr, nullptr}, {"kind", kind, nullptr, nullptr, nullptr},
    {"str", code, nullptr, nullptr, nullptr},          {"type", itself, nullptr, nullptr, nullptr},
    {"dtype", itself, nullptr, nullptr, nullptr},      {nullptr, nullptr, nullptr, nullptr, nullptr}};
PyType_Slot slots[] = {{Py_tp_repr, reinterpret_cast<void*>(repr)},
                       {Py_tp_str, reinterpret_cast<void*>(str)},
                       {Py_tp_hash, reinterpret_cast<void*>(hash)},
                       {Py_tp_richcompare, reinterpret_cast<void*>(compare)},
                       {Py_tp_call, reinterpret_cast<void*>(call)},
                       {Py_tp_new, reinterpret_cast<void*>(make)},
                       {Py_tp_getset, properties},
                       {0, nullptr}};
PyType_Spec spec = {"walle.np.dtype", sizeof(DtypeObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE, slots};
}  // namespace

PyTypeObject* make_dtype_type(PyObject* module) {
  return reinterpret_cast<PyTypeObject*>(PyType_FromModuleAndSpec(module, &spec, nullptr));
}

PyObject* dtype_object(DType dtype) { return Py_NewRef(np_state()->dtypes[static_cast<size_t>(dtype)]); }

Result<std::optional<DType>> read_dtype(PyObject* object) {
  if (object == Py_None) return std::nullopt;
  if (np_state() && Py_IS_TYPE(object, np_state()->dtype_type)) return dtype_of(object);
  if (object == reinterpret_cast<PyObject*>(&PyFloat_Type)) return DType::f64;
  if (object == reinterpret_cast<PyObject*>(&PyLong_Type)) return DType::i64;
  if (object == reinterpret_cast<PyObject*>(&PyBool_Type)) return DType::boolean;
  if (PyUnicode_Check(object)) {
    const char* text = PyUnicode_AsUTF8(object);
    if (text) return WALLE_TRY(np::dtype_named(text));
    PyErr_Clear();
  }
  return fail(ErrorCode::invalid_argument,
              "a dtype such as np.float32 or 'float32' is needed, not " + std::string(Py_TYPE(object)->tp_name));
}

}  // namespace walle::package
