#pragma once

#include "libwalle/ops/rules/define.h"

// Arithmetic on the elements of small integer (and boolean, as 0 and 1) tensors: what models do with shapes.
namespace walle::ops::rules {

/// op of two elements; nullopt where it cannot be said.
[[nodiscard]] std::optional<Dim> known_binary(BinaryOp op, const Dim& a, const Dim& b);
/// The elements of op(operand 0, operand 1), broadcast, where both are known and the result has rank ≤ 1.
[[nodiscard]] std::optional<std::vector<Dim>> known_binary(BinaryOp op, const NodeView& node, size_t a, size_t b);
/// Passes the elements of operand 0 on as those of result 0 (Reshape, Identity, …) where the result has rank ≤ 1.
void pass_known(const NodeView& node, InferContext& context, size_t rank);

}  // namespace walle::ops::rules
