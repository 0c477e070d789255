// walle.tunnel: send(name, feature) → id. The feature reaches the cloud once, also over a lost connection or power.
#include "pyvm/package/host_call.h"
#include "pyvm/package/module_def.h"

namespace walle::package {
namespace {
PyObject* send(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"name", "feature", nullptr};
  const char* name = nullptr;
  PyObject* feature = nullptr;
  if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "sO:send", const_cast<char**>(names), &name, &feature)) {
    return nullptr;
  }
  Value value;
  if (!read_argument(feature, "feature", value)) return nullptr;
  return host_call("tunnel.send", Value{{"name", name}, {"feature", std::move(value)}});
}

PyMethodDef methods[] = {
    {"send", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(send)), METH_VARARGS | METH_KEYWORDS,
     "send(name, feature): keeps the feature safe, sends it, returns its id."},
    {nullptr, nullptr, 0, nullptr}};
PyModuleDef_Slot slots[] = {{Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED}, {0, nullptr}};
PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "walle.tunnel", "Features to the cloud.", 0, methods, slots, nullptr, nullptr, nullptr};
PyObject* init() { return PyModuleDef_Init(&definition); }
}  // namespace

extern const ModuleDef kTunnel;
const ModuleDef kTunnel{"walle.tunnel", init};

}  // namespace walle::package
