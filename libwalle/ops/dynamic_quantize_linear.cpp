#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (node.value(0).shape) {
    context.set(0, DType::u8, *node.value(0).shape);
  } else {
    context.set_unknown_shape(0, DType::u8);
  }
  context.set(1, dtype, {});
  context.set(2, DType::u8, {});
  return {};
}

/// The largest (smallest) element and 0, as a scalar.
Result<ValueId> bound(GraphBuilder& builder, ValueId x, std::string_view reduce, std::string_view with_zero) {
  const Ints dims = WALLE_TRY(builder.dims(x));
  Ints axes;
  for (size_t i = 0; i < dims.size(); ++i) axes.push_back(static_cast<int64_t>(i));
  const ValueId extreme = WALLE_TRY(rules::reduce(builder, reduce, x, axes, false));
  return rules::with_scalar(builder, with_zero, extreme, 0);
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const ValueId x = node.operand(0);
  const size_t wanted = node.result_count();
  const ValueId high = WALLE_TRY(bound(builder, x, "ReduceMax", "Max"));
  const ValueId low = WALLE_TRY(bound(builder, x, "ReduceMin", "Min"));
  const ValueId range = WALLE_TRY(builder.one("Sub", {high, low}));
  // Where everything is 0, a scale of 0 would divide 0 by 0: ONNX Runtime takes 1.
  const ValueId is_zero = WALLE_TRY(rules::with_scalar(builder, "Equal", range, 0));
  const ValueId spread = WALLE_TRY(rules::with_scalar(builder, "Div", range, 255));
  const ValueId scale = WALLE_TRY(builder.one("Where", {is_zero, rules::scalar_like(builder, range, 1), spread}));
  const ValueId steps = WALLE_TRY(builder.one("Div", {low, scale}));
  const ValueId shift = WALLE_TRY(builder.one("Sub", {rules::scalar_like(builder, steps, 0), steps}));
  const ValueId rounded = WALLE_TRY(builder.one("Round", {shift}));
  const ValueId limited = WALLE_TRY(builder.one("Clip", {rounded}, {{"min", 0.0F}, {"max", 255.0F}}));
  const ValueId zero = WALLE_TRY(rules::cast(builder, limited, DType::u8));
  std::vector<ValueId> results = {WALLE_TRY(builder.one("QuantizeLinear", {x, scale, zero})), scale, zero};
  results.resize(wanted);
  return std::optional(std::move(results));
}

}  // namespace

extern const OpDef kDynamicQuantizeLinear = {
    .name = "DynamicQuantizeLinear",
    .formula = "scale = (max(x, 0) - min(x, 0)) / 255; zero = saturate(round(-min / scale)); y = quantised x",
    .op_class = OpClass::composite,
    .operands = {1, 1},
    .results = {1, 3},
    .infer = infer,
    .decompose = decompose};

}  // namespace walle::ops
