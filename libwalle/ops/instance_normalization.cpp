#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  if (node.value(0).shape && node.value(0).shape->size() < 3)
    return node.fail(ErrorCode::invalid_argument, "needs an operand of rank 3 or more");
  return rules::infer_same(node, context);
}

/// A layer norm over the spatial axes with one scale and bias a channel.
Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const size_t rank = WALLE_TRY(node.dims(0)).size();
  const float epsilon = WALLE_TRY(node.attribute_float("epsilon", 1e-5F));
  const ValueId scale = WALLE_TRY(rules::per_axis(builder, node.operand(1), rank, 1));
  const ValueId bias = WALLE_TRY(rules::per_axis(builder, node.operand(2), rank, 1));
  return rules::replaced(
      builder.one("LayerNormalization", {node.operand(0), scale, bias}, {{"axis", int64_t{2}}, {"epsilon", epsilon}}));
}

}  // namespace

extern const OpDef kInstanceNormalization = {
    .name = "InstanceNormalization",
    .formula = "y = (x - mean) / √(var + epsilon) * scale + bias, per image and channel",
    .op_class = OpClass::composite,
    .operands = {3, 3},
    .results = {1, 1},
    .attributes = "epsilon:float=1e-5",
    .infer = infer,
    .decompose = decompose};

}  // namespace walle::ops
