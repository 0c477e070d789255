#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  if (WALLE_TRY(node.attribute_int("training_mode", 0)) != 0)
    return node.fail(ErrorCode::unsupported, "training_mode; export the model for inference");
  for (size_t i = 1; i < 5; ++i) {
    const auto& shape = node.value(i).shape;
    const auto& x = node.value(0).shape;
    if (shape && x && (shape->size() != 1 || x->size() < 2 || !rules::may_equal((*shape)[0], (*x)[1])))
      return rules::mismatch(node, 0, i);
  }
  return rules::infer_same(node, context);
}

/// With constant statistics all but the last two nodes are folded while planning, and those into a convolution before.
Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const size_t rank = WALLE_TRY(node.dims(0)).size();
  const auto epsilon = static_cast<double>(WALLE_TRY(node.attribute_float("epsilon", 1e-5F)));
  const DType dtype = WALLE_TRY(node.dtype(0));
  const ValueId variance = WALLE_TRY(rules::with_scalar(builder, "Add", node.operand(4), epsilon));
  const ValueId deviation = WALLE_TRY(builder.one("Sqrt", {variance}));
  const ValueId scale = WALLE_TRY(rules::cast(builder, node.operand(1), *builder.value(deviation).dtype));
  const ValueId factor = WALLE_TRY(builder.one("Div", {scale, deviation}));
  const ValueId shift = WALLE_TRY(builder.one("Mul", {node.operand(3), factor}));
  const ValueId bias = WALLE_TRY(rules::cast(builder, node.operand(2), *builder.value(shift).dtype));
  const ValueId offset = WALLE_TRY(builder.one("Sub", {bias, shift}));
  const ValueId own_factor = WALLE_TRY(rules::cast(builder, factor, dtype));
  const ValueId own_offset = WALLE_TRY(rules::cast(builder, offset, dtype));
  const ValueId a = WALLE_TRY(rules::per_axis(builder, own_factor, rank, 1));
  const ValueId b = WALLE_TRY(rules::per_axis(builder, own_offset, rank, 1));
  const ValueId scaled = WALLE_TRY(builder.one("Mul", {node.operand(0), a}));
  return rules::replaced(builder.one("Add", {scaled, b}));
}

}  // namespace

extern const OpDef kBatchNormalization = {
    .name = "BatchNormalization",
    .formula = "y = (x - mean) / √(var + epsilon) * scale + bias, per channel",
    .op_class = OpClass::composite,
    .operands = {5, 5},
    .results = {1, 5},
    .attributes = "epsilon:float=1e-5, momentum:float=0.9, spatial:int=1, training_mode:int=0",
    .infer = infer,
    .decompose = decompose};

}  // namespace walle::ops
