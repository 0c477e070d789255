#include "libwalle/ops/rules/loss.h"

#include <algorithm>

#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops::rules {
namespace {

Ints all_axes(size_t rank) {
  Ints axes(rank);
  for (size_t i = 0; i < rank; ++i) axes[i] = static_cast<int64_t>(i);
  return axes;
}

}  // namespace

Status infer_loss(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  WALLE_TRY(node.dtype(1));
  if (WALLE_TRY(node.attribute_string("reduction", "mean")) != "none") {
    context.set(0, dtype, {});
  } else if (node.value(1).shape) {
    context.set(0, dtype, *node.value(1).shape);
  } else {
    context.set_unknown_shape(0, dtype);
  }
  return {};
}

Result<ValueId> likelihood_loss(const NodeView& node, GraphBuilder& builder, ValueId scores) {
  const std::string reduction = WALLE_TRY(node.attribute_string("reduction", "mean"));
  const Ints dims = WALLE_TRY(node.dims(1));
  const ValueId target = node.operand(1);
  const ValueId weights = node.operand(2);
  ValueId safe = target;
  ValueId ignored = kNoValue;
  if (node.has_attribute("ignore_index")) {
    const auto index = static_cast<double>(WALLE_TRY(node.attribute_int("ignore_index", -1)));
    ignored = WALLE_TRY(with_scalar(builder, "Equal", target, index));
    safe = WALLE_TRY(builder.one("Where", {ignored, scalar_like(builder, target, 0), target}));
  }
  Ints column = dims;
  column.insert(column.begin() + std::min<std::ptrdiff_t>(1, static_cast<std::ptrdiff_t>(dims.size())), 1);
  const ValueId indices = WALLE_TRY(reshape(builder, safe, column));
  const ValueId picked = WALLE_TRY(builder.one("GatherElements", {scores, indices}, {{"axis", int64_t{1}}}));
  const ValueId own = WALLE_TRY(reshape(builder, picked, dims));
  ValueId loss = WALLE_TRY(builder.one("Neg", {own}));
  ValueId weight = kNoValue;
  if (weights != kNoValue) {
    weight = WALLE_TRY(builder.one("Gather", {weights, safe}));
  } else if (ignored != kNoValue) {
    weight = WALLE_TRY(expand(builder, scalar_like(builder, loss, 1), dims));
  }
  if (ignored != kNoValue) weight = WALLE_TRY(builder.one("Where", {ignored, scalar_like(builder, loss, 0), weight}));
  if (weight != kNoValue) loss = WALLE_TRY(builder.one("Mul", {loss, weight}));
  if (reduction == "none") return loss;
  const Ints axes = all_axes(dims.size());
  if (reduction == "mean" && weight == kNoValue) return reduce(builder, "ReduceMean", loss, axes, false);
  const ValueId sum = WALLE_TRY(reduce(builder, "ReduceSum", loss, axes, false));
  if (reduction == "sum") return sum;
  if (reduction != "mean") return node.fail(ErrorCode::invalid_argument, "reduction must be mean, sum or none");
  const ValueId total = WALLE_TRY(reduce(builder, "ReduceSum", weight, axes, false));
  return builder.one("Div", {sum, total});
}

}  // namespace walle::ops::rules
