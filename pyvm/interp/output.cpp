#include "pyvm/interp/output.h"

#include <new>

#include "pyvm/interp/interpreter.h"
#include "pyvm/interp/ref.h"

namespace walle::pyvm {
namespace {
constexpr size_t kLineBytes = 8192;

struct Output {
  PyObject_HEAD std::string line;
  LogLevel level;
};

void send(Output& self) {
  const Interpreter* interpreter = Interpreter::current();
  if (interpreter && interpreter->options().services && !self.line.empty()) {
    interpreter->services().log(self.level, self.line, Value::object());
  }
  self.line.clear();
}

void append(Output& self, std::string_view text) {
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view part = text.substr(0, end);
    for (size_t at = 0; at < part.size(); at += kLineBytes) {
      self.line += part.substr(at, kLineBytes);
      if (self.line.size() >= kLineBytes) send(self);
    }
    if (end == std::string_view::npos) return;
    send(self);
    text.remove_prefix(end + 1);
  }
}

PyObject* write(PyObject* object, PyObject* text) {
  if (!PyUnicode_Check(text)) return PyErr_Format(PyExc_TypeError, "write() needs a str, not %T", text);
  const Ref bytes(PyUnicode_AsEncodedString(text, "utf-8", "backslashreplace"));
  if (!bytes) return nullptr;
  append(*reinterpret_cast<Output*>(object),
         {PyBytes_AS_STRING(bytes.get()), static_cast<size_t>(PyBytes_GET_SIZE(bytes.get()))});
  return PyLong_FromSsize_t(PyUnicode_GET_LENGTH(text));
}

PyObject* flush(PyObject* object, PyObject*) {
  send(*reinterpret_cast<Output*>(object));
  return Py_NewRef(Py_None);
}

PyObject* answer_false(PyObject*, PyObject*) { return Py_NewRef(Py_False); }
PyObject* answer_true(PyObject*, PyObject*) { return Py_NewRef(Py_True); }
PyObject* encoding(PyObject*, void*) { return PyUnicode_FromString("utf-8"); }
PyObject* closed(PyObject*, void*) { return Py_NewRef(Py_False); }

void dealloc(PyObject* object) {
  PyTypeObject* type = Py_TYPE(object);
  reinterpret_cast<Output*>(object)->line.~basic_string();
  type->tp_free(object);
  Py_DECREF(type);
}

PyMethodDef methods[] = {{"write", write, METH_O, "write(text): whole lines go to the journal."},
                         {"flush", flush, METH_NOARGS, "Sends a line that was begun."},
                         {"isatty", answer_false, METH_NOARGS, nullptr},
                         {"readable", answer_false, METH_NOARGS, nullptr},
                         {"seekable", answer_false, METH_NOARGS, nullptr},
                         {"writable", answer_true, METH_NOARGS, nullptr},
                         {nullptr, nullptr, 0, nullptr}};
PyGetSetDef properties[] = {{"encoding", encoding, nullptr, nullptr, nullptr},
                            {"closed", closed, nullptr, nullptr, nullptr},
                            {nullptr, nullptr, nullptr, nullptr, nullptr}};
PyType_Slot slots[] = {{Py_tp_methods, methods},
                       {Py_tp_getset, properties},
                       {Py_tp_dealloc, reinterpret_cast<void*>(dealloc)},
                       {0, nullptr}};
PyType_Spec spec = {"walle.Output", sizeof(Output), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
}  // namespace

PyObject* make_output(LogLevel level) {
  const Ref type(PyType_FromSpec(&spec));
  if (!type) return nullptr;
  auto* output = PyObject_New(Output, reinterpret_cast<PyTypeObject*>(type.get()));
  if (!output) return nullptr;
  new (&output->line) std::string;
  output->level = level;
  return reinterpret_cast<PyObject*>(output);
}

void flush_output_object(PyObject* object) {
  if (object && Py_TYPE(object)->tp_dealloc == dealloc) send(*reinterpret_cast<Output*>(object));
}

}  // namespace walle::pyvm
