#include "pyvm/package/array_object.h"

#include <new>

#include "pyvm/package/np_object.h"

namespace walle::package {
namespace {
// One VM, one thread (pyvm/interp), so the state of "this interpreter" is the state of this thread.
thread_local NpState* state_of_thread = nullptr;

PyObject* make_object(np::Array array, bool scalar) {
  if (!require_np()) return nullptr;
  PyTypeObject* type = state_of_thread->array_type;
  auto* object = as_array(type->tp_alloc(type, 0));
  if (!object) return nullptr;
  new (&object->array) np::Array(std::move(array));
  object->scalar = scalar;
  return reinterpret_cast<PyObject*>(object);
}

bool is_text(PyObject* object) {
  return PyUnicode_Check(object) || PyBytes_Check(object) || PyDict_Check(object) || PySet_Check(object);
}
}  // namespace

NpState* np_state() { return state_of_thread; }
void set_np_state(NpState* state) { state_of_thread = state; }

PyObject* wrap(np::Array array) { return make_object(std::move(array), false); }

PyObject* wrap_scalar(np::Array array) {
  const bool scalar = array.rank() == 0;
  return make_object(std::move(array), scalar);
}

bool is_array(PyObject* object) { return state_of_thread && Py_IS_TYPE(object, state_of_thread->array_type); }

Result<np::Array> unwrap(PyObject* object) {
  if (is_array(object)) return as_array(object)->array;
  if (PyObject_CheckBuffer(object)) return import_buffer(object);
  if (is_text(object)) {
    return fail(ErrorCode::invalid_argument,
                "an array, buffer, number or nested list is needed, not " + std::string(Py_TYPE(object)->tp_name));
  }
  return array_of_sequence(object, std::nullopt);
}

bool require_np() {
  if (state_of_thread) return true;
  PyObject* module = PyImport_ImportModule("walle.np");
  Py_XDECREF(module);
  return module != nullptr;
}

PyObject* raise_array(const Error& error) {
  if (error.code == ErrorCode::unsupported) return PyErr_Format(PyExc_TypeError, "%s", error.message.c_str());
  if (error.code == ErrorCode::data_loss) return PyErr_Format(PyExc_OverflowError, "%s", error.message.c_str());
  return raise(error);
}

PyObject* finish(Result<np::Array> result) { return result ? wrap(std::move(*result)) : raise_array(result.error()); }
PyObject* finish_scalar(Result<np::Array> result) {
  return result ? wrap_scalar(std::move(*result)) : raise_array(result.error());
}

}  // namespace walle::package
