// walle.nn: load(name) → a model of the task that is called with arrays by input name.
#include <cstring>
#include <new>

#include "pyvm/interp/ref.h"
#include "pyvm/package/array_object.h"
#include "pyvm/package/module_def.h"
#include "pyvm/package/nn_model.h"

namespace walle::package {
namespace {
using pyvm::Ref;

struct ModelObject {
  PyObject_HEAD NnModel model;
  PyObject* output_type;  ///< named tuple of the outputs
};
struct State {
  PyObject* model_type;
};

ModelObject* as_model(PyObject* object) { return reinterpret_cast<ModelObject*>(object); }

void dealloc(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  Py_XDECREF(as_model(self)->output_type);
  as_model(self)->model.~NnModel();
  type->tp_free(self);
  Py_DECREF(type);
}

bool read_inputs(const NnModel& model, PyObject* arguments, PyObject* keywords,
                 std::vector<std::pair<std::string, np::Array>>& inputs) {
  auto add = [&inputs](std::string name, PyObject* object) {
    auto array = unwrap(object);
    if (!array) return raise(array.error()), false;
    inputs.emplace_back(std::move(name), std::move(*array));
    return true;
  };
  const auto& ports = model.model->inputs();
  if (PyTuple_GET_SIZE(arguments) > static_cast<Py_ssize_t>(ports.size())) {
    PyErr_Format(PyExc_TypeError, "the model has %zu inputs", ports.size());
    return false;
  }
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(arguments); ++i) {
    if (!add(ports[static_cast<size_t>(i)].name, PyTuple_GET_ITEM(arguments, i))) return false;
  }
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  Py_ssize_t at = 0;
  while (keywords && PyDict_Next(keywords, &at, &key, &value)) {
    const char* name = PyUnicode_AsUTF8(key);
    if (!name || !add(name, value)) return false;
  }
  return true;
}

PyObject* call(PyObject* self, PyObject* arguments, PyObject* keywords) {
  NnModel& model = as_model(self)->model;
  std::vector<std::pair<std::string, np::Array>> inputs;
  if (!read_inputs(model, arguments, keywords, inputs)) return nullptr;
  auto outputs = run_model(model, std::move(inputs));
  if (!outputs) return raise(outputs.error());
  const Ref values(PyTuple_New(static_cast<Py_ssize_t>(outputs->size())));
  for (size_t i = 0; values && i < outputs->size(); ++i) {
    PyObject* array = wrap(std::move((*outputs)[i]));
    if (!array) return nullptr;
    PyTuple_SET_ITEM(values.get(), static_cast<Py_ssize_t>(i), array);
  }
  return values ? PyObject_CallMethod(as_model(self)->output_type, "_make", "(O)", values.get()) : nullptr;
}

PyObject* names_of(const std::vector<engine::Port>& ports) {
  Ref tuple(PyTuple_New(static_cast<Py_ssize_t>(ports.size())));
  for (size_t i = 0; tuple && i < ports.size(); ++i) {
    PyObject* name = PyUnicode_FromString(ports[i].name.c_str());
    if (!name) return nullptr;
    PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i), name);
  }
  return tuple.release();
}

PyObject* get_inputs(PyObject* self, void*) { return names_of(as_model(self)->model.model->inputs()); }
PyObject* get_outputs(PyObject* self, void*) { return names_of(as_model(self)->model.model->outputs()); }
PyObject* get_name(PyObject* self, void*) { return PyUnicode_FromString(as_model(self)->model.name.c_str()); }

PyObject* get_metadata(PyObject* self, void*) {
  Ref map(PyDict_New());
  for (const auto& [key, value] : as_model(self)->model.model->metadata()) {
    const Ref text(PyUnicode_DecodeUTF8(value.data(), static_cast<Py_ssize_t>(value.size()), "replace"));
    if (!map || !text || PyDict_SetItemString(map.get(), key.c_str(), text.get()) < 0) return nullptr;
  }
  return map.release();
}

/// Names that Python cannot take (as "softmax.tmp_0") become _0, _1 … in the tuple.
PyObject* make_output_type(const NnModel& model) {
  const Ref names(names_of(model.model->outputs()));
  const Ref collections(PyImport_ImportModule("collections"));
  const Ref factory(collections ? PyObject_GetAttrString(collections.get(), "namedtuple") : nullptr);
  if (!names || !factory) return nullptr;
  const Ref arguments(Py_BuildValue("(sO)", "Outputs", names.get()));
  const Ref keywords(Py_BuildValue("{s:O}", "rename", Py_True));
  return arguments && keywords ? PyObject_Call(factory.get(), arguments.get(), keywords.get()) : nullptr;
}

PyObject* load(PyObject* module, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"name", "threads", "precision", nullptr};
  const char* name = nullptr;
  int threads = 0;
  const char* precision = "strict";
  if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "s|is:load", const_cast<char**>(names), &name, &threads,
                                   &precision)) {
    return nullptr;
  }
  Precision chosen = Precision::strict;
  if (std::strcmp(precision, "high") == 0) chosen = Precision::high;
  if (std::strcmp(precision, "fast") == 0) chosen = Precision::fast;
  auto model = load_model(name, threads, chosen);
  if (!model) return raise(model.error());
  Ref output_type(make_output_type(*model));
  if (!output_type) return nullptr;
  auto* type = reinterpret_cast<PyTypeObject*>(static_cast<State*>(PyModule_GetState(module))->model_type);
  auto* object = as_model(type->tp_alloc(type, 0));
  if (!object) return nullptr;
  new (&object->model) NnModel(std::move(*model));
  object->output_type = output_type.release();
  return reinterpret_cast<PyObject*>(object);
}

PyGetSetDef properties[] = {{"name", get_name, nullptr, nullptr, nullptr},
                            {"inputs", get_inputs, nullptr, nullptr, nullptr},
                            {"outputs", get_outputs, nullptr, nullptr, nullptr},
                            {"metadata", get_metadata, nullptr, nullptr, nullptr},
                            {nullptr, nullptr, nullptr, nullptr, nullptr}};
PyType_Slot type_slots[] = {{Py_tp_dealloc, reinterpret_cast<void*>(dealloc)},
                            {Py_tp_call, reinterpret_cast<void*>(call)},
                            {Py_tp_getset, properties},
                            {0, nullptr}};
PyType_Spec type_spec = {"walle.nn.Model", sizeof(ModelObject), 0,
                         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION, type_slots};

int execute(PyObject* module) {
  auto* state = static_cast<State*>(PyModule_GetState(module));
  if (!require_np()) return -1;
  state->model_type = PyType_FromModuleAndSpec(module, &type_spec, nullptr);
  return state->model_type ? PyModule_AddObjectRef(module, "Model", state->model_type) : -1;
}
void release(void* module) {
  auto* state = static_cast<State*>(PyModule_GetState(static_cast<PyObject*>(module)));
  if (state) Py_CLEAR(state->model_type);
}

PyMethodDef methods[] = {
    {"load", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(load)), METH_VARARGS | METH_KEYWORDS,
     "load(name, threads=0, precision='strict'): a model of task.toml, [models]; call it with an "
     "array for each input, by name; the outputs come as a named tuple."},
    {nullptr, nullptr, 0, nullptr}};
PyModuleDef_Slot slots[] = {{Py_mod_exec, reinterpret_cast<void*>(execute)},
                            {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
                            {0, nullptr}};
PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "walle.nn", "Models of the task.", sizeof(State), methods, slots, nullptr, nullptr, release};
PyObject* init() { return PyModuleDef_Init(&definition); }
}  // namespace

extern const ModuleDef kNn;
const ModuleDef kNn{"walle.nn", init};

}  // namespace walle::package
