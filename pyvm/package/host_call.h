#pragma once

#include <Python.h>

#include <string_view>

#include "libwalle/base/value.h"

namespace walle::package {

/// Asks walled (ipc/host/README.md, `call`) and returns its answer as a new Python object; null with an exception set.
/// Waits without the GIL; ends when the task has to stop.
[[nodiscard]] PyObject* host_call(std::string_view method, Value arguments);

/// The same as a value. Errors: walled's.
[[nodiscard]] Result<Value> host_call_value(std::string_view method, Value arguments);

/// Reads an argument of the author into `value`; false with ValueError (naming `name`) or its own exception set.
[[nodiscard]] bool read_argument(PyObject* object, std::string_view name, Value& value);

}  // namespace walle::package
