#include "libwalle/ops/rules/q_linear.h"

#include <array>

#include "libwalle/ops/rules/upgrade.h"

namespace walle::ops::rules {
namespace {

Result<ValueId> operand(const Node& node, size_t i, bool optional) {
  const ValueId id = i < node.operands.size() ? node.operands[i] : kNoValue;
  if (id == kNoValue && !optional)
    return fail(ErrorCode::invalid_argument, "node '" + node.name + "': operand " + std::to_string(i) + " is missing");
  return id;
}

}  // namespace

Result<ValueId> dequantised(const Node& node, GraphBuilder& builder, const Stepped& at) {
  std::vector<ValueId> operands = {WALLE_TRY(operand(node, at.values, false)),
                                   WALLE_TRY(operand(node, at.scale, false))};
  if (const ValueId zero = WALLE_TRY(operand(node, at.zero, true)); zero != kNoValue) operands.push_back(zero);
  return builder.one("DequantizeLinear", std::move(operands), {{"axis", at.axis}});
}

Status spell_out(Node& node, GraphBuilder& builder, std::string_view op, std::span<const Stepped> operands,
                 size_t scale, size_t zero, Attributes attributes) {
  std::vector<ValueId> floats;
  for (const Stepped& at : operands) floats.push_back(WALLE_TRY(dequantised(node, builder, at)));
  const ValueId y = WALLE_TRY(builder.one(op, std::move(floats), std::move(attributes)));
  node.operands = {y, WALLE_TRY(operand(node, scale, false)), WALLE_TRY(operand(node, zero, true))};
  node.attributes.clear();
  return become(node, builder, "QuantizeLinear");
}

Status spell_out_unary(Node& node, GraphBuilder& builder, std::string_view op) {
  constexpr std::array<Stepped, 1> kOperands = {Stepped{}};
  return spell_out(node, builder, op, kOperands, 3, 4, node.attributes);
}

Status spell_out_binary(Node& node, GraphBuilder& builder, std::string_view op) {
  constexpr std::array<Stepped, 2> kOperands = {Stepped{0, 1, 2}, Stepped{3, 4, 5}};
  return spell_out(node, builder, op, kOperands, 6, 7, {});
}

}  // namespace walle::ops::rules
