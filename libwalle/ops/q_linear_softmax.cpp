#include "libwalle/ops/rules/q_linear.h"

namespace walle::ops {
namespace {

Status upgrade(Node& node, int, GraphBuilder& builder) {
  const auto opset = graph::attribute_int(node.attributes, "opset", 13);
  if (!opset || *opset < 13) return fail(ErrorCode::unsupported, "node '" + node.name + "': Softmax of an old opset");
  node.attributes.erase("opset");
  return rules::spell_out_unary(node, builder, "Softmax");
}

}  // namespace

extern const OpDef kQLinearSoftmax = {.name = "QLinearSoftmax",
                                      .domain = "com.microsoft",
                                      .formula = "y = quantise(softmax(dequantise(x)))",
                                      .op_class = OpClass::composite,
                                      .operands = {4, 5},
                                      .results = {1, 1},
                                      .attributes = "axis:int=-1, opset:int=13",
                                      .upgrade = upgrade};

}  // namespace walle::ops
