#pragma once

#include <Python.h>

#include "libwalle/lib/np/elementwise.h"

namespace walle::package {

/// An operand of an elementwise function: an array, or a Python number that gives way to the other's dtype.
/// Errors: invalid_argument for what is neither.
[[nodiscard]] Result<np::Operand> read_operand(PyObject* object);
/// Both operands of a binary function; a Python int must fit the other's integer dtype unless `any_int`.
[[nodiscard]] Result<np::Array> apply_binary(const np::BinaryFunction& function, PyObject* a, PyObject* b);

}  // namespace walle::package
