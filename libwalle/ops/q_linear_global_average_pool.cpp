#include "libwalle/ops/rules/q_linear.h"

namespace walle::ops {
namespace {

Status upgrade(Node& node, int, GraphBuilder& builder) {
  const auto last = graph::attribute_int(node.attributes, "channels_last", 0);
  if (!last || *last != 0) return fail(ErrorCode::unsupported, "node '" + node.name + "': channels last");
  node.attributes.clear();
  return rules::spell_out_unary(node, builder, "GlobalAveragePool");
}

}  // namespace

extern const OpDef kQLinearGlobalAveragePool = {.name = "QLinearGlobalAveragePool",
                                                .domain = "com.microsoft",
                                                .formula = "y = quantise(GlobalAveragePool(dequantise(x)))",
                                                .op_class = OpClass::composite,
                                                .operands = {4, 5},
                                                .results = {1, 1},
                                                .attributes = "channels_last:int=0",
                                                .upgrade = upgrade};

}  // namespace walle::ops
