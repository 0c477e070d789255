#pragma once

#include <Python.h>

#include "libwalle/base/result.h"
#include "libwalle/base/value.h"

namespace walle::pyvm {

/// A new Python object of a value: binary ↔ bytes, lists, dicts; invalid UTF-8 is replaced. Null with an exception set
/// when memory runs out.
[[nodiscard]] PyObject* to_python(const Value& value);

/// The value of a Python object: None, bool, int (64 bits), finite float, str, bytes-like, list, tuple, dict with str
/// keys, and whatever has tolist() (arrays). `root` names it in messages: root["lines"][3].
/// Errors: invalid_argument naming the place and the type; resource_exhausted over `limits`. May run the task's code
/// (tolist); an exception there is left set and reported as `cancelled`.
[[nodiscard]] Result<Value> from_python(PyObject* object, std::string_view root, const ValueLimits& limits = {});

}  // namespace walle::pyvm
