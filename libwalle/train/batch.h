#pragma once

#include <span>

#include <walle/engine/tensor.h>

namespace walle::train {

/// The rows (entries of the first axis) of a tensor, in this order, converted to `dtype`: floats, integers and booleans
/// to f32, f64 and i64; other pairs only unchanged. Requires: rows in range. Errors: unsupported naming both dtypes.
[[nodiscard]] Result<engine::Tensor> take_rows(const engine::Tensor& from, std::span<const int64_t> rows, DType dtype);

}  // namespace walle::train
