#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  if (node.operand_count() == 2) return rules::infer_binary(node, context, BinaryOp::min, false);
  return rules::infer_variadic(node, context);
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  if (node.operand_count() == 2) return rules::canonical();
  return rules::replaced(rules::chain(node, builder, "Min"));
}

}  // namespace

extern const OpDef kMin = {.name = "Min",
                           .formula = "y = the smallest of the operands",
                           .op_class = OpClass::atomic,
                           .operands = {1, -1},
                           .results = {1, 1},
                           .infer = infer,
                           .decompose = decompose,
                           .atomic = rules::binary_form<BinaryOp::min>};

}  // namespace walle::ops
