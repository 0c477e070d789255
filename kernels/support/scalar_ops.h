#pragma once

#include "kernels/abi/families.h"

namespace walle::kernels {

/// A scalar operator on a wide type (double, int64_t, uint64_t).
template <class W>
using UnaryFunction = W (*)(W x, double alpha, double beta);
template <class W>
using BinaryFunction = W (*)(W a, W b);

/// The operator, or null if it is not defined on W. Predicates and comparisons give 0 or 1.
template <class W>
[[nodiscard]] UnaryFunction<W> unary_function(UnaryOp op);
template <class W>
[[nodiscard]] BinaryFunction<W> binary_function(BinaryOp op);

/// True for operators whose result is boolean whatever the operands are.
[[nodiscard]] constexpr bool gives_boolean(UnaryOp op) {
  return op == UnaryOp::is_nan || op == UnaryOp::is_inf || op == UnaryOp::logical_not;
}
[[nodiscard]] constexpr bool gives_boolean(BinaryOp op) {
  return (op >= BinaryOp::logical_and && op <= BinaryOp::less_equal);
}

}  // namespace walle::kernels
