// walle.stream: streams of events through streamd's operators. Every OperatorDef is a method of a stream.
#include <algorithm>
#include <new>

#include "pyvm/interp/convert.h"
#include "pyvm/interp/ref.h"
#include "pyvm/package/host_call.h"
#include "pyvm/package/module_def.h"
#include "pyvm/package/raise.h"
#include "pyvm/package/stream_recipe.h"

namespace walle::package {
namespace {
using operators::Argument;
using pyvm::Ref;

struct StreamObject {
  PyObject_HEAD StreamRecipe recipe;
};
struct State {
  PyTypeObject* type;
};

StreamRecipe& recipe_of(PyObject* self) { return reinterpret_cast<StreamObject*>(self)->recipe; }

PyObject* make_stream(PyTypeObject* type, StreamRecipe recipe) {
  PyObject* object = type->tp_alloc(type, 0);
  if (object) new (&recipe_of(object)) StreamRecipe(std::move(recipe));
  return object;
}

void dealloc(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  recipe_of(self).~StreamRecipe();
  type->tp_free(self);
  Py_DECREF(type);
}

/// Calls a function of the author. What it raises stays set; the error only ends the pipeline.
Result<Value> call_author(PyObject* function, std::span<const Value> arguments) {
  const Ref tuple(PyTuple_New(static_cast<Py_ssize_t>(arguments.size())));
  if (!tuple) return fail(ErrorCode::resource_exhausted, "no memory");
  for (size_t i = 0; i < arguments.size(); ++i) {
    PyObject* object = pyvm::to_python(arguments[i]);
    if (!object) return fail(ErrorCode::resource_exhausted, "no memory");
    PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i), object);
  }
  const Ref result(PyObject_Call(function, tuple.get(), nullptr));
  if (!result) return fail(ErrorCode::cancelled, "a function of the task raised an exception");
  return pyvm::from_python(result.get(), "the function's result");
}

bool read_argument_of_step(PyObject* object, std::vector<Argument>& arguments) {
  if (PyCallable_Check(object)) {
    auto function = std::make_shared<Ref>(Ref::borrow(object));
    arguments.emplace_back(
        operators::Function([function](std::span<const Value> a) { return call_author(function->get(), a); }));
    return true;
  }
  Value value;
  if (!read_argument(object, "argument", value)) return false;
  arguments.emplace_back(std::move(value));
  return true;
}

/// Keyword arguments in the order in which the operator's usage names them: join(other, on=…, within=…).
bool read_keywords(const operators::OperatorDef& def, PyObject* keywords, std::vector<Argument>& arguments) {
  std::vector<std::pair<size_t, PyObject*>> ordered;
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  Py_ssize_t at = 0;
  while (keywords && PyDict_Next(keywords, &at, &key, &value)) {
    const char* name = PyUnicode_AsUTF8(key);
    if (!name) return false;
    const size_t place = def.usage.find(std::string(name) + "=");
    if (place == std::string_view::npos) {
      PyErr_Format(PyExc_TypeError, "no argument '%s': %s", name, std::string(def.usage).c_str());
      return false;
    }
    ordered.emplace_back(place, value);
  }
  std::sort(ordered.begin(), ordered.end());
  return std::all_of(ordered.begin(), ordered.end(),
                     [&](const auto& entry) { return read_argument_of_step(entry.second, arguments); });
}

/// `bound` is (stream, name of the operator).
PyObject* add_step(PyObject* bound, PyObject* given, PyObject* keywords) {
  PyObject* self = PyTuple_GET_ITEM(bound, 0);
  const char* name = PyUnicode_AsUTF8(PyTuple_GET_ITEM(bound, 1));
  const operators::OperatorDef* def = name ? operator_named(name) : nullptr;
  if (!def) return nullptr;
  StreamRecipe::Step step{name, {}, nullptr};
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(given); ++i) {
    PyObject* object = PyTuple_GET_ITEM(given, i);
    if (Py_IS_TYPE(object, Py_TYPE(self))) {
      step.other = std::make_shared<StreamRecipe>(recipe_of(object));
    } else if (!read_argument_of_step(object, step.arguments)) {
      return nullptr;
    }
  }
  if (!read_keywords(*def, keywords, step.arguments)) return nullptr;
  auto longer = with_step(recipe_of(self), std::move(step));
  return longer ? make_stream(Py_TYPE(self), std::move(*longer)) : raise(longer.error());
}

PyMethodDef step_def = {"operator", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(add_step)),
                        METH_VARARGS | METH_KEYWORDS, "Adds an operator to the stream."};

PyObject* get_attribute(PyObject* self, PyObject* name) {
  const char* text = PyUnicode_Check(name) ? PyUnicode_AsUTF8(name) : nullptr;
  if (!text || !operator_named(text)) return PyObject_GenericGetAttr(self, name);
  const Ref bound(PyTuple_Pack(2, self, name));
  return bound ? PyCFunction_New(&step_def, bound.get()) : nullptr;
}

PyObject* run(PyObject* self) {
  auto rows =
      run_recipe(recipe_of(self), [](const Value& request) { return host_call_value("stream.events", request); });
  if (PyErr_Occurred()) return nullptr;
  if (!rows) return raise(rows.error());
  return pyvm::to_python(Value(std::move(*rows)));
}

PyObject* iterate(PyObject* self) {
  const Ref rows(run(self));
  return rows ? PyObject_GetIter(rows.get()) : nullptr;
}
PyObject* to_list(PyObject* self, PyObject*) { return run(self); }

/// since: microseconds since 1970 of the oldest event wanted.
PyObject* events(PyObject* module, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"ctx", "page", "since_us", "limit", nullptr};
  PyObject* context = Py_None;
  PyObject* values[3] = {Py_None, Py_None, Py_None};
  if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "|OOOO:events", const_cast<char**>(names), &context, &values[0],
                                   &values[1], &values[2])) {
    return nullptr;
  }
  StreamRecipe recipe{Value::object(), {}};
  for (int i = 0; i < 3; ++i) {
    if (values[i] != Py_None && !read_argument(values[i], names[i + 1], recipe.source[names[i + 1]])) return nullptr;
  }
  return make_stream(static_cast<State*>(PyModule_GetState(module))->type, std::move(recipe));
}

PyObject* of(PyObject* module, PyObject* argument) {
  const Ref list(PySequence_List(argument));
  StreamRecipe recipe;
  if (!list || !read_argument(list.get(), "values", recipe.source)) return nullptr;
  return make_stream(static_cast<State*>(PyModule_GetState(module))->type, std::move(recipe));
}

PyMethodDef stream_methods[] = {{"to_list", to_list, METH_NOARGS, "Runs the stream; its rows as a list."},
                                {nullptr, nullptr, 0, nullptr}};
PyType_Slot type_slots[] = {{Py_tp_dealloc, reinterpret_cast<void*>(dealloc)},
                            {Py_tp_getattro, reinterpret_cast<void*>(get_attribute)},
                            {Py_tp_iter, reinterpret_cast<void*>(iterate)},
                            {Py_tp_methods, stream_methods},
                            {0, nullptr}};
PyType_Spec type_spec = {"walle.stream.Stream", sizeof(StreamObject), 0,
                         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION, type_slots};

int execute(PyObject* module) {
  PyObject* type = PyType_FromModuleAndSpec(module, &type_spec, nullptr);
  static_cast<State*>(PyModule_GetState(module))->type = reinterpret_cast<PyTypeObject*>(type);
  return type ? PyModule_AddObjectRef(module, "Stream", type) : -1;
}
void release(void* module) {
  auto* state = static_cast<State*>(PyModule_GetState(static_cast<PyObject*>(module)));
  if (state) Py_CLEAR(state->type);
}

PyMethodDef methods[] = {
    {"events", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(events)), METH_VARARGS | METH_KEYWORDS,
     "events(ctx, page=None, since_us=None, limit=None): a stream of the device's events."},
    {"of", of, METH_O, "of(values): a stream of these values; dicts may have time_us."},
    {nullptr, nullptr, 0, nullptr}};
PyModuleDef_Slot slots[] = {{Py_mod_exec, reinterpret_cast<void*>(execute)},
                            {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
                            {0, nullptr}};
PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    "walle.stream",
    "Streams of events: stream.events(ctx).key_by('page').window('tumbling', '10s').reduce('count').",
    sizeof(State),
    methods,
    slots,
    nullptr,
    nullptr,
    release};
PyObject* init() { return PyModuleDef_Init(&definition); }
}  // namespace

extern const ModuleDef kStream;
const ModuleDef kStream{"walle.stream", init};

}  // namespace walle::package
