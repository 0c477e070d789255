#pragma once

#include <Python.h>

#include "pyvm/interp/services.h"

namespace walle::pyvm {

/// A text file object whose lines go to the journal of the current interpreter's task at `level`. Null on failure.
[[nodiscard]] PyObject* make_output(LogLevel level);
/// Sends a line that was begun. Ignores objects that `make_output` did not make.
void flush_output_object(PyObject* object);

}  // namespace walle::pyvm
