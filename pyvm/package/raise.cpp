#include "pyvm/package/raise.h"

#include "pyvm/interp/interpreter.h"

namespace walle::package {
namespace {
PyObject* exception_for(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
      return PyExc_ValueError;
    case ErrorCode::not_found:
      return PyExc_LookupError;
    case ErrorCode::resource_exhausted:
      return PyExc_MemoryError;
    case ErrorCode::permission_denied:
      return PyExc_PermissionError;
    case ErrorCode::deadline_exceeded:
      return PyExc_TimeoutError;
    case ErrorCode::unsupported:
      return PyExc_NotImplementedError;
    default:
      return PyExc_RuntimeError;
  }
}
}  // namespace

PyObject* raise(const Error& error) {
  const auto* interpreter = pyvm::Interpreter::current();
  if (interpreter && interpreter->stopped()) return interpreter->raise_stopped();
  PyErr_SetString(exception_for(error.code), error.message.c_str());
  return nullptr;
}

}  // namespace walle::package
