#include "libwalle/ops/rules/upgrade.h"

namespace walle::ops::rules {

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

}  // namespace walle::ops::rules
