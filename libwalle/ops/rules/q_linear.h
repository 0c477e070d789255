#pragma once

#include <span>

#include "libwalle/ops/rules/define.h"

// Operators of com.microsoft on 8-bit values, as ONNX Runtime's quantisation tools write them: each is its float
// operator between DequantizeLinear and QuantizeLinear, and becomes that while it is imported.
namespace walle::ops::rules {

/// Positions of a value, its scale and its zero point among the operands. `axis`: of a scale that is a vector.
struct Stepped {
  size_t values = 0, scale = 1, zero = 2;
  int64_t axis = 1;
};

/// The value as floats.
[[nodiscard]] Result<ValueId> dequantised(const Node& node, GraphBuilder& builder, const Stepped& operand);
/// Puts `op` over the operands before the node, which becomes the QuantizeLinear with the steps at these positions.
[[nodiscard]] Status spell_out(Node& node, GraphBuilder& builder, std::string_view op,
                               std::span<const Stepped> operands, size_t scale, size_t zero, Attributes attributes);
/// The same for one operand with its steps first, then those of the result; the node's attributes are those of `op`.
[[nodiscard]] Status spell_out_unary(Node& node, GraphBuilder& builder, std::string_view op);
/// For a + b and the like: both operands with their steps, then those of the result.
[[nodiscard]] Status spell_out_binary(Node& node, GraphBuilder& builder, std::string_view op);

}  // namespace walle::ops::rules
