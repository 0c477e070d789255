// The package itself: empty, with a path, so that `from walle import np` finds the built-in module walle.np.
#include "pyvm/package/module_def.h"

namespace walle::package {
namespace {
int execute(PyObject* module) {
  PyObject* path = PyList_New(0);
  if (!path) return -1;
  const int added = PyModule_AddObjectRef(module, "__path__", path);
  Py_DECREF(path);
  return added;
}

PyModuleDef_Slot slots[] = {{Py_mod_exec, reinterpret_cast<void*>(execute)},
                            {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
                            {0, nullptr}};
PyModuleDef definition = {PyModuleDef_HEAD_INIT,
                          "walle",
                          "What a task uses: np (arrays), cv (images), nn (models), stream (event streams), store "
                          "(rows), tunnel (features to\n"
                          "the cloud), log (the device's journal).",
                          0,
                          nullptr,
                          slots,
                          nullptr,
                          nullptr,
                          nullptr};
PyObject* init() { return PyModuleDef_Init(&definition); }
}  // namespace

extern const ModuleDef kWalle;
const ModuleDef kWalle{"walle", init};

}  // namespace walle::package
