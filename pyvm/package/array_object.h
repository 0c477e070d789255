#pragma once

#include <Python.h>

#include "libwalle/base/result.h"
#include "libwalle/lib/np/array.h"
#include "pyvm/package/raise.h"

namespace walle::package {

/// A new reference to a `walle.np.ndarray` that shares `array`'s storage; null with an exception set on failure.
/// Needs the GIL of the interpreter that will own it, and `walle.np` imported there (a module that calls wrap imports
/// it in its exec slot with `require_np()`).
[[nodiscard]] PyObject* wrap(np::Array array);

/// The array behind a Python object: an ndarray (shares), anything with the buffer protocol (PEP 3118; zero copy, the
/// buffer is held until the last view goes), else a number or nested sequence (copied, dtype as NumPy would choose).
/// Errors: invalid_argument naming what was found; resource_exhausted. No Python exception is left set.
[[nodiscard]] Result<np::Array> unwrap(PyObject* object);

/// True for a `walle.np.ndarray` of this interpreter.
[[nodiscard]] bool is_array(PyObject* object);

/// Imports `walle.np` if it is not yet; false with an exception set on failure. For exec slots.
[[nodiscard]] bool require_np();

/// `return finish(np::add(a, b));`: the wrapped array, or null with the exception raised.
[[nodiscard]] PyObject* finish(Result<np::Array> result);

}  // namespace walle::package
