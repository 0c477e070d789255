#include "libwalle/ops/rules/q_linear.h"

namespace walle::ops {
namespace {

/// Operands: steps of the result, then each part with its steps.
Status upgrade(Node& node, int, GraphBuilder& builder) {
  std::vector<rules::Stepped> parts;
  for (size_t i = 2; i + 2 < node.operands.size(); i += 3) parts.push_back({i, i + 1, i + 2});
  return rules::spell_out(node, builder, "Concat", parts, 0, 1, node.attributes);
}

}  // namespace

extern const OpDef kQLinearConcat = {.name = "QLinearConcat",
                                     .domain = "com.microsoft",
                                     .formula = "y = quantise of the dequantised parts one after another",
                                     .op_class = OpClass::composite,
                                     .operands = {5, -1},
                                     .results = {1, 1},
                                     .attributes = "axis:int",
                                     .upgrade = upgrade};

}  // namespace walle::ops
