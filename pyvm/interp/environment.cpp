#include "pyvm/interp/environment.h"

#include <array>
#include <cmath>

#include "pyvm/interp/convert.h"
#include "pyvm/interp/interpreter.h"
#include "pyvm/interp/output.h"
#include "pyvm/interp/ref.h"
#include "pyvm/interp/watchdog.h"

namespace walle::pyvm {
namespace {
PyObject* py_sleep(PyObject*, PyObject* argument) {
  const double seconds = PyFloat_AsDouble(argument);
  if (PyErr_Occurred()) return nullptr;
  if (!(seconds >= 0) || seconds > 1e9) {
    PyErr_SetString(PyExc_ValueError, "sleep length must be between 0 and 1e9 seconds");
    return nullptr;
  }
  const Interpreter* self = Interpreter::current();
  bool finished = false;
  {
    const WithoutGil released;
    finished = self->sleep_us(static_cast<int64_t>(std::llround(seconds * 1e6)));
  }
  if (!finished) return self->raise_stopped();
  return Py_NewRef(Py_None);
}

PyObject* py_blocked(PyObject* name, PyObject*, PyObject*) {
  return PyErr_Format(PyExc_PermissionError, "os.%U is not available to a task", name);
}

PyObject* py_remaining_ms(PyObject*, PyObject*) {
  const int64_t deadline = Interpreter::current()->deadline_us();
  if (deadline == INT64_MAX) return PyLong_FromLongLong(INT64_MAX / 1000);
  return PyLong_FromLongLong(std::max<int64_t>(0, (deadline - now_us()) / 1000));
}

PyMethodDef sleep_def = {"sleep", py_sleep, METH_O, "sleep(seconds): waits; ends early when the task has to stop."};
PyMethodDef blocked_def = {"blocked", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(py_blocked)),
                           METH_VARARGS | METH_KEYWORDS, "Not available to a task."};
PyMethodDef remaining_def = {"remaining_ms", py_remaining_ms, METH_NOARGS,
                             "remaining_ms(): milliseconds until the deadline of this run."};

/// Process-wide effects that seccomp refuses as well; here they get a readable error instead of EPERM or a dead host.
constexpr std::array kBlocked = {"_exit",
                                 "abort",
                                 "fork",
                                 "forkpty",
                                 "execv",
                                 "execve",
                                 "posix_spawn",
                                 "posix_spawnp",
                                 "system",
                                 "kill",
                                 "killpg",
                                 "putenv",
                                 "unsetenv",
                                 "chroot",
                                 "setuid",
                                 "setgid",
                                 "seteuid",
                                 "setegid",
                                 "setpgid",
                                 "setsid",
                                 "nice",
                                 "sched_setaffinity",
                                 "sched_setscheduler",
                                 "pidfd_open",
                                 "pipe",
                                 "pipe2",
                                 "openpty"};

bool block_process_functions() {
  const Ref posix(PyImport_ImportModule("posix"));
  if (!posix) return false;
  for (const char* name : kBlocked) {
    const int present = PyObject_HasAttrStringWithError(posix.get(), name);
    if (present < 0) return false;
    if (!present) continue;
    const Ref text(PyUnicode_FromString(name));
    const Ref function(text ? PyCFunction_New(&blocked_def, text.get()) : nullptr);
    if (!function || PyObject_SetAttrString(posix.get(), name, function.get()) < 0) return false;
  }
  return true;
}

bool replace_sleep() {
  const Ref time(PyImport_ImportModule("time"));
  const Ref function(time ? PyCFunction_New(&sleep_def, nullptr) : nullptr);
  return function && PyObject_SetAttrString(time.get(), "sleep", function.get()) == 0;
}

bool redirect_output() {
  const Ref out(make_output(LogLevel::info));
  const Ref err(out ? make_output(LogLevel::warning) : nullptr);
  if (!err) return false;
  return PySys_SetObject("stdout", out.get()) == 0 && PySys_SetObject("stderr", err.get()) == 0 &&
         PySys_SetObject("__stdout__", out.get()) == 0 && PySys_SetObject("__stderr__", err.get()) == 0 &&
         PySys_SetObject("stdin", Py_None) == 0 && PySys_SetObject("__stdin__", Py_None) == 0;
}
}  // namespace

bool prepare_environment() { return redirect_output() && replace_sleep() && block_process_functions(); }

void flush_output() {
  for (const char* name : {"__stdout__", "__stderr__"}) flush_output_object(PySys_GetObject(name));
}

PyObject* make_context() {
  const LoadOptions& options = Interpreter::current()->options();
  PyObject* implementation =
      PySys_GetObject("implementation");  // a SimpleNamespace, whose type has no public name in C
  if (!implementation) return PyErr_Format(PyExc_RuntimeError, "sys.implementation is missing");
  const Value facts{{"task", options.task},
                    {"version", options.version},
                    {"device", options.device},
                    {"files", options.files},
                    {"data", options.data}};
  const Ref keywords(to_python(facts));
  const Ref remaining(keywords ? PyCFunction_New(&remaining_def, nullptr) : nullptr);
  if (!remaining || PyDict_SetItemString(keywords.get(), "remaining_ms", remaining.get()) < 0) return nullptr;
  const Ref none(PyTuple_New(0));
  if (!none) return nullptr;
  return PyObject_Call(reinterpret_cast<PyObject*>(Py_TYPE(implementation)), none.get(), keywords.get());
}

}  // namespace walle::pyvm
