#include "libwalle/ops/rules/upgrade.h"

namespace walle::ops::rules {

Status upgrade_axes(Node& node, int opset, GraphBuilder& builder) {
  if (opset < 13) attribute_to_operand(node, builder, "axes", 1);
  return {};
}

void set_operand(Node& node, size_t position, ValueId value) {
  if (node.operands.size() <= position) node.operands.resize(position + 1, kNoValue);
  node.operands[position] = value;
}

void attribute_to_operand(Node& node, GraphBuilder& builder, std::string_view name, size_t position) {
  const auto it = node.attributes.find(name);
  if (it == node.attributes.end()) return;
  const auto* values = std::get_if<Ints>(&it->second);
  if (values == nullptr) return;  // the wrong type: verification names it
  set_operand(node, position, builder.ints(*values));
  node.attributes.erase(it);
}

Status become(Node& node, GraphBuilder& builder, std::string_view op) {
  const OpDef* def = builder.table().find("", op);
  if (def == nullptr) return fail(ErrorCode::internal, "operator " + std::string(op) + " is not in the table");
  node.op = def;
  return {};
}

Status upgrade_broadcast(Node& node, int opset, GraphBuilder& builder) {
  if (opset >= 7) return {};
  const auto axis = graph::attribute_int(node.attributes, "axis", -1);
  node.attributes.erase("axis");
  node.attributes.erase("broadcast");
  if (!axis || *axis < 0 || node.operands.size() < 2) return {};
  const auto& a = builder.value(node.operands[0]).shape;
  const auto& b = builder.value(node.operands[1]).shape;
  if (!a || !b || a->size() > 64)
    return fail(ErrorCode::unsupported, "node '" + node.name + "': broadcasting from an axis needs known ranks");
  Ints behind;
  for (size_t i = static_cast<size_t>(*axis) + b->size(); i < a->size(); ++i)
    behind.push_back(static_cast<int64_t>(i) - *axis);
  if (behind.empty()) return {};
  node.operands[1] = WALLE_TRY(builder.one("Unsqueeze", {node.operands[1], builder.ints(behind)}));
  return {};
}

}  // namespace walle::ops::rules
