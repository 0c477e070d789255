#include "libwalle/ops/rules/q_linear.h"

namespace walle::ops {
namespace {

Status upgrade(Node& node, int, GraphBuilder& builder) {
  const auto last = graph::attribute_int(node.attributes, "channels_last", 0);
  if (!last || *last != 0) return fail(ErrorCode::unsupported, "node '" + node.name + "': channels last");
  node.attributes.erase("channels_last");
  return rules::spell_out_unary(node, builder, "AveragePool");
}

}  // namespace

extern const OpDef kQLinearAveragePool = {.name = "QLinearAveragePool",
                                          .domain = "com.microsoft",
                                          .formula = "y = quantise(AveragePool(dequantise(x)))",
                                          .op_class = OpClass::composite,
                                          .operands = {4, 5},
                                          .results = {1, 1},
                                          .upgrade = upgrade};

}  // namespace walle::ops
