// walle.log: debug|info|warning|error(text, **fields) → the device's journal, with task, version and run.
#include "pyvm/interp/interpreter.h"
#include "pyvm/interp/ref.h"
#include "pyvm/package/host_call.h"
#include "pyvm/package/module_def.h"

namespace walle::package {
namespace {
using pyvm::LogLevel;
using pyvm::Ref;

PyObject* write(LogLevel level, PyObject* arguments, PyObject* keywords) {
  PyObject* object = nullptr;
  if (!PyArg_ParseTuple(arguments, "O", &object)) return nullptr;
  const Ref text(PyObject_Str(object));
  const char* utf8 = text ? PyUnicode_AsUTF8(text.get()) : nullptr;
  if (!utf8) return nullptr;
  Value fields = Value::object();
  if (keywords && !read_argument(keywords, "fields", fields)) return nullptr;
  pyvm::Interpreter::current()->services().log(level, utf8, std::move(fields));
  return Py_NewRef(Py_None);
}

template <LogLevel kLevel>
PyObject* write_at(PyObject*, PyObject* arguments, PyObject* keywords) {
  return write(kLevel, arguments, keywords);
}

template <LogLevel kLevel>
PyMethodDef method(const char* name, const char* text) {
  return {name, reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(write_at<kLevel>)),
          METH_VARARGS | METH_KEYWORDS, text};
}

PyMethodDef methods[] = {method<LogLevel::debug>("debug", "debug(text, **fields)"),
                         method<LogLevel::info>("info", "info(text, **fields): a line for the journal."),
                         method<LogLevel::warning>("warning", "warning(text, **fields)"),
                         method<LogLevel::error>("error", "error(text, **fields)"),
                         {nullptr, nullptr, 0, nullptr}};
PyModuleDef_Slot slots[] = {{Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED}, {0, nullptr}};
PyModuleDef definition = {PyModuleDef_HEAD_INIT,
                          "walle.log",
                          "Lines for the device's journal.",
                          0,
                          methods,
                          slots,
                          nullptr,
                          nullptr,
                          nullptr};
PyObject* init() { return PyModuleDef_Init(&definition); }
}  // namespace

extern const ModuleDef kLog;
const ModuleDef kLog{"walle.log", init};

}  // namespace walle::package
