#pragma once

#include <cstddef>

#include "kernels/abi/families.h"

namespace walle::kernels {

/// y[i] = op(x[i]) for i < count; x == y allowed. f32.
using UnaryRow = void (*)(const float* x, float* y, size_t count, float alpha, float beta);
/// y[i] = op(a[i * a_step], b[i * b_step]), steps 0 or 1; y may be a or b. f32.
using BinaryRow = void (*)(const float* a, size_t a_step, const float* b, size_t b_step, float* y, size_t count);

/// The vector form of an operator for this processor, or null if there is none.
[[nodiscard]] UnaryRow unary_row(UnaryOp op);
[[nodiscard]] BinaryRow binary_row(BinaryOp op);

}  // namespace walle::kernels
