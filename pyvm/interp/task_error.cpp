#include "pyvm/interp/task_error.h"

#include <fstream>
#include <vector>

#include "pyvm/interp/ref.h"
#include "pyvm/interp/runtime.h"

namespace walle::pyvm {
namespace {
constexpr size_t kMessageBytes = 4096;
constexpr size_t kFrames = 40;
constexpr int kChained = 3;

std::string text_of(PyObject* object) {
  const Ref text(object ? PyObject_Str(object) : nullptr);
  Py_ssize_t size = 0;
  const char* utf8 = text ? PyUnicode_AsUTF8AndSize(text.get(), &size) : nullptr;
  if (!utf8) {
    PyErr_Clear();
    return "<its text cannot be shown>";
  }
  const auto bytes = static_cast<size_t>(size);
  return bytes <= kMessageBytes ? std::string(utf8, bytes) : std::string(utf8, kMessageBytes) + "…";
}

Ref attribute(PyObject* object, const char* name) {
  Ref value(PyObject_GetAttrString(object, name));
  if (!value) PyErr_Clear();
  return value;
}

std::string shown_path(const std::string& path, std::string_view folder) {
  if (path.starts_with(folder) && path.size() > folder.size() + 1) return path.substr(folder.size() + 1);
  const std::string& stdlib = Runtime::stdlib();
  if (path.starts_with(stdlib)) return "<python>" + path.substr(stdlib.size());
  return path;
}

std::string source_line(const std::string& path, int number, std::string_view folder) {
  if (!path.starts_with(folder) || number < 1) return {};
  std::ifstream file(path);
  std::string line;
  for (int i = 0; i < number; ++i) {
    if (!std::getline(file, line)) return {};
  }
  const size_t start = line.find_first_not_of(" \t");
  return start == std::string::npos ? std::string() : line.substr(start, 200);
}

std::string format_frame(PyTracebackObject* entry, std::string_view folder) {
  PyCodeObject* code = PyFrame_GetCode(entry->tb_frame);
  const std::string path = text_of(code->co_filename);
  const std::string name = text_of(code->co_qualname);
  int line = entry->tb_lineno;
  if (line < 0) line = PyCode_Addr2Line(code, entry->tb_lasti);
  Py_DECREF(code);
  std::string text =
      "  File \"" + shown_path(path, folder) + "\", line " + std::to_string(line) + ", in " + name + "\n";
  const std::string source = source_line(path, line, folder);
  return source.empty() ? text : text + "    " + source + "\n";
}

/// Frames of CPython's own import machinery tell an author nothing.
bool is_internal(PyTracebackObject* entry) {
  PyCodeObject* code = PyFrame_GetCode(entry->tb_frame);
  const std::string path = text_of(code->co_filename);
  Py_DECREF(code);
  return path.starts_with("<frozen ");
}

std::string format_frames(PyObject* exception, std::string_view folder) {
  const Ref traceback(PyException_GetTraceback(exception));
  std::vector<PyTracebackObject*> entries;
  size_t skipped = 0;
  for (auto* at = reinterpret_cast<PyTracebackObject*>(traceback.get()); at; at = at->tb_next) {
    if (is_internal(at)) continue;
    if (entries.size() == kFrames) {
      entries.erase(entries.begin() + kFrames / 2);
      ++skipped;
    }
    entries.push_back(at);
  }
  std::string text;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (skipped && i == kFrames / 2) text += "  … " + std::to_string(skipped) + " more frames …\n";
    text += format_frame(entries[i], folder);
  }
  return text;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string advice_for(const std::string& module) {
  const std::string root = module.substr(0, module.find('.'));
  if (root == "numpy") return "; use 'from walle import np'";
  if (root == "cv2") return "; use 'from walle import cv'";
  if (root == "torch" || root == "onnxruntime" || root == "tensorflow") return "; use 'from walle import nn'";
  return {};
}

std::string syntax_error_place(PyObject* exception, std::string_view folder) {
  const Ref file = attribute(exception, "filename");
  const Ref line = attribute(exception, "lineno");
  const Ref source = attribute(exception, "text");
  if (!file || !line || file.get() == Py_None) return {};
  std::string text = "  File \"" + shown_path(text_of(file.get()), folder) + "\", line " + text_of(line.get()) + "\n";
  if (source && source.get() != Py_None) {
    std::string shown = text_of(source.get());
    while (!shown.empty() && (shown.back() == '\n' || shown.back() == ' ')) shown.pop_back();
    text += "    " + shown.substr(std::min(shown.size(), shown.find_first_not_of(" \t"))) + "\n";
  }
  return text;
}

std::string message_of(PyObject* exception) {
  const std::string type = Py_TYPE(exception)->tp_name;
  if (PyErr_GivenExceptionMatches(exception, PyExc_SystemExit)) {
    return "SystemExit: a task cannot end its host; return from run instead";
  }
  const Ref plain = attribute(exception, "msg");
  const bool syntax = PyErr_GivenExceptionMatches(exception, PyExc_SyntaxError) && plain;
  const std::string text = text_of(syntax ? plain.get() : exception);
  std::string message = text.empty() ? type : type + ": " + text;
  if (!PyErr_GivenExceptionMatches(exception, PyExc_ModuleNotFoundError)) return message;
  const Ref name = attribute(exception, "name");
  const std::string module = name && name.get() != Py_None ? text_of(name.get()) : "";
  return message + advice_for(module) +
         "; a task may import its own files, walle (np, cv, nn, stream, store, tunnel, log) and the part of the "
         "standard "
         "library that Walle carries (package tailoring, pyvm/image/stdlib.txt): " +
         joined(Runtime::importable());
}

std::string format_chain(PyObject* exception, std::string_view folder, int depth) {
  std::string text;
  const Ref cause(PyException_GetCause(exception));
  const Ref context(PyException_GetContext(exception));
  const Ref suppressed = attribute(exception, "__suppress_context__");
  PyObject* before = cause ? cause.get() : (suppressed && suppressed.get() == Py_True ? nullptr : context.get());
  if (before && depth < kChained) {
    text = format_chain(before, folder, depth + 1) +
           (cause ? "The above was the cause of:\n" : "While handling the above:\n");
  }
  const std::string frames = format_frames(exception, folder);
  text += "Traceback (most recent call last):\n" + frames + syntax_error_place(exception, folder);
  return text + Py_TYPE(exception)->tp_name + ": " + text_of(exception) + "\n";
}
}  // namespace

Value to_value(const TaskError& error) {
  return Value{{"kind", error.kind}, {"message", error.message}, {"traceback", error.traceback}};
}

TaskError take_exception(std::string_view folder) {
  const Ref exception(PyErr_GetRaisedException());
  if (!exception) return {"exception", "failed without an exception", ""};
  TaskError error;
  const bool memory = PyErr_GivenExceptionMatches(exception.get(), PyExc_MemoryError);
  error.kind = memory ? "memory" : "exception";
  error.message = message_of(exception.get());
  error.traceback = format_chain(exception.get(), folder, 0);
  // Frames keep the task's objects alive; an exception that outlives its report would keep its memory.
  if (PyException_SetTraceback(exception.get(), Py_None) < 0) PyErr_Clear();
  PyErr_Clear();
  return error;
}

}  // namespace walle::pyvm
