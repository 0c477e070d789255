#pragma once

#include <Python.h>

#include "libwalle/base/result.h"

namespace walle::package {

/// Raises the Python exception that fits the error (invalid_argument → ValueError, not_found → LookupError,
/// resource_exhausted → MemoryError, permission_denied → PermissionError, deadline_exceeded → TimeoutError,
/// unsupported → NotImplementedError, cancelled → what ends a stopped task, else RuntimeError) and returns null.
PyObject* raise(const Error& error);

}  // namespace walle::package
