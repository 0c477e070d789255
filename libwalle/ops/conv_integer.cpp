#include "libwalle/ops/rules/integer_conv.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  return rules::infer_integer_conv(node, context, 0, 1, DType::i32);
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const rules::Quantised x{.values = node.operand(0), .zero = node.operand(2)};
  const rules::Quantised w{.values = node.operand(1), .zero = node.operand(3)};
  return rules::replaced(rules::integer_conv(node, builder, x, w));
}

}  // namespace

extern const OpDef kConvInteger = {.name = "ConvInteger",
                                   .formula = "y = Conv(x - x_zero, w - w_zero), in i32",
                                   .op_class = OpClass::composite,
                                   .operands = {2, 4},
                                   .results = {1, 1},
                                   .attributes = rules::kIntegerConvAttributes,
                                   .infer = infer,
                                   .decompose = decompose};

}  // namespace walle::ops
