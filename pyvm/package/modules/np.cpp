// walle.np: arrays with NumPy's names and results, as far as tasks need them.
#include <limits>
#include <numbers>

#include "pyvm/package/array_object.h"
#include "pyvm/package/module_def.h"
#include "pyvm/package/np_object.h"
#include "pyvm/package/np_theme.h"

namespace walle::package {
namespace {
constexpr DType kDTypeObjects[] = {DType::boolean, DType::i8,  DType::u8,  DType::i16, DType::u16,
                                   DType::i32,     DType::u32, DType::i64, DType::u64, DType::f16,
                                   DType::bf16,    DType::f32, DType::f64};

NpState* state_of(PyObject* module) { return static_cast<NpState*>(PyModule_GetState(module)); }

bool add_types(PyObject* module, NpState& state) {
  state.dtype_type = make_dtype_type(module);
  state.array_type = state.dtype_type ? make_array_type(module) : nullptr;
  if (!state.array_type) return false;
  for (const DType dtype : kDTypeObjects) {
    PyObject* object = state.dtype_type->tp_alloc(state.dtype_type, 0);
    if (!object) return false;
    reinterpret_cast<DtypeObject*>(object)->dtype = dtype;
    state.dtypes[static_cast<size_t>(dtype)] = object;
    if (PyModule_AddObjectRef(module, np::numpy_name(dtype).data(), object) < 0) return false;
  }
  return PyModule_AddObjectRef(module, "ndarray", reinterpret_cast<PyObject*>(state.array_type)) == 0 &&
         PyModule_AddObjectRef(module, "dtype", reinterpret_cast<PyObject*>(state.dtype_type)) == 0 &&
         PyModule_AddObjectRef(module, "bool_", state.dtypes[static_cast<size_t>(DType::boolean)]) == 0;
}

bool add_number(PyObject* module, const char* name, double value) {
  return PyModule_Add(module, name, PyFloat_FromDouble(value)) == 0;
}

bool add_functions(PyObject* module, const NpTheme& theme) {
  if (!theme.functions) return true;
  if (!theme.submodule) return PyModule_AddFunctions(module, theme.functions) == 0;
  PyObject* submodule = PyModule_New(theme.submodule);
  const bool added = submodule && PyModule_AddFunctions(submodule, theme.functions) == 0 &&
                     PyModule_AddObjectRef(module, theme.submodule, submodule) == 0;
  Py_XDECREF(submodule);
  return added;
}

int execute(PyObject* module) {
  NpState& state = *state_of(module);
  if (!add_types(module, state)) return -1;
  for (const NpTheme* theme : np_themes::themes()) {
    if (!add_functions(module, *theme)) return -1;
  }
  if (!add_number(module, "pi", std::numbers::pi) || !add_number(module, "e", std::numbers::e) ||
      !add_number(module, "inf", std::numeric_limits<double>::infinity()) ||
      !add_number(module, "nan", std::numeric_limits<double>::quiet_NaN()) ||
      PyModule_AddObjectRef(module, "newaxis", Py_None) < 0) {
    return -1;
  }
  set_np_state(&state);
  return 0;
}

int traverse(PyObject* module, visitproc visit, void* arg) {
  NpState* state = state_of(module);
  if (!state) return 0;
  Py_VISIT(state->array_type);
  Py_VISIT(state->dtype_type);
  return 0;
}

void release(void* object) {
  auto* module = static_cast<PyObject*>(object);
  NpState* state = state_of(module);
  if (!state) return;
  if (np_state() == state) set_np_state(nullptr);
  for (PyObject*& dtype : state->dtypes) Py_CLEAR(dtype);
  Py_CLEAR(state->array_type);
  Py_CLEAR(state->dtype_type);
}

PyModuleDef_Slot slots[] = {{Py_mod_exec, reinterpret_cast<void*>(execute)},
                            {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
                            {0, nullptr}};
PyModuleDef definition = {PyModuleDef_HEAD_INIT,
                          "walle.np",
                          "Arrays: the part of NumPy that tasks use, with NumPy 2's results.",
                          sizeof(NpState),
                          nullptr,
                          slots,
                          traverse,
                          nullptr,
                          release};
PyObject* init() { return PyModuleDef_Init(&definition); }
}  // namespace

extern const ModuleDef kNp;
const ModuleDef kNp{"walle.np", init};

}  // namespace walle::package
