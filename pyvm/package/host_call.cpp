#include "pyvm/package/host_call.h"

#include "pyvm/interp/convert.h"
#include "pyvm/interp/interpreter.h"
#include "pyvm/interp/ref.h"
#include "pyvm/package/raise.h"

namespace walle::package {

Result<Value> host_call_value(std::string_view method, Value arguments) {
  const pyvm::Interpreter* self = pyvm::Interpreter::current();
  if (!self || !self->options().services) return fail(ErrorCode::failed_precondition, "no task is loaded here");
  const pyvm::WithoutGil released;
  return self->services().call(method, std::move(arguments), [self] { return self->stopped(); });
}

PyObject* host_call(std::string_view method, Value arguments) {
  const auto answer = host_call_value(method, std::move(arguments));
  return answer ? pyvm::to_python(*answer) : raise(answer.error());
}

bool read_argument(PyObject* object, std::string_view name, Value& value) {
  auto read = pyvm::from_python(object, name);
  if (!read) {
    if (!PyErr_Occurred()) raise(read.error());
    return false;
  }
  value = std::move(*read);
  return true;
}

}  // namespace walle::package
