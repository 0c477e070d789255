#pragma once

#include <Python.h>

namespace walle::pyvm {

/// Makes a fresh interpreter fit for a task: print goes to the journal, time.sleep can be stopped, what could only hurt
/// the host raises PermissionError (the sandbox forbids it as well). False with an exception set on failure.
[[nodiscard]] bool prepare_environment();
/// Writes out lines that print has begun but not ended.
void flush_output();
/// The `ctx` of a task; null with an exception set on failure.
[[nodiscard]] PyObject* make_context();

}  // namespace walle::pyvm
