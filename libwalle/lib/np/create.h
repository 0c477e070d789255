#pragma once

#include "libwalle/lib/np/array.h"

namespace walle::np {

/// `count` numbers start, start+step, … computed in double or, for integer dtypes, in int64.
[[nodiscard]] Result<Array> arange(double start, double step, int64_t count, DType dtype);
[[nodiscard]] Result<Array> arange_int(int64_t start, int64_t step, int64_t count, DType dtype);
/// `count` numbers from start to stop, which is the last one if `endpoint`.
[[nodiscard]] Result<Array> linspace(double start, double stop, int64_t count, bool endpoint, DType dtype);
/// Ones at diagonal `k`, else zeros.
[[nodiscard]] Result<Array> eye(int64_t rows, int64_t columns, int64_t k, DType dtype);
/// Every element is the (only) element of `value`.
[[nodiscard]] Result<Array> full(const Dims& dims, const Array& value, DType dtype);
/// Elements below diagonal k+1 (`lower`) or from diagonal k on; the others 0. Last two axes.
[[nodiscard]] Result<Array> triangle(const Array& a, int64_t k, bool lower);
/// The diagonal of the first two axes as a view, or for 1-d a square array with it.
[[nodiscard]] Result<Array> diagonal(const Array& a, int64_t k);

}  // namespace walle::np
