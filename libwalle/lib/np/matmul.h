#pragma once

#include "libwalle/lib/np/array.h"

namespace walle::np {

/// a @ b: matrices in the last two axes, the others broadcast; 1-d operands as NumPy treats them. float16 and bfloat16
/// sum in float, integers wrap. Errors: invalid_argument naming the shapes.
[[nodiscard]] Result<Array> matmul(const Array& a, const Array& b);
/// NumPy's dot: inner product of 1-d, matmul of 2-d, product with a scalar, else last axis with second to last.
[[nodiscard]] Result<Array> dot(const Array& a, const Array& b);

}  // namespace walle::np
