#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  WALLE_TRY(rules::infer_same(node, context));
  const bool wide = WALLE_TRY(node.attribute_int("stash_type", 1)) == 1;
  const DType statistics = wide ? DType::f32 : WALLE_TRY(node.dtype(0));
  if (!node.value(0).shape) {
    for (size_t i = 1; i < 3; ++i) context.set_unknown_shape(i, statistics);
    return {};
  }
  Shape shape = *node.value(0).shape;
  const int64_t axis = WALLE_TRY(rules::attribute_axis(node, -1, static_cast<int64_t>(shape.size())));
  for (size_t i = static_cast<size_t>(axis); i < shape.size(); ++i) shape[i] = 1;
  for (size_t i = 1; i < 3; ++i) context.set(i, statistics, shape);
  return {};
}

/// The statistics as results of their own: the formula written out.
Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  if (node.result_count() == 1) return rules::canonical();
  const auto rank = static_cast<int64_t>(WALLE_TRY(node.dims(0)).size());
  const int64_t axis = WALLE_TRY(rules::attribute_axis(node, -1, rank));
  const auto epsilon = static_cast<double>(WALLE_TRY(node.attribute_float("epsilon", 1e-5F)));
  Ints axes;
  for (int64_t i = axis; i < rank; ++i) axes.push_back(i);
  const ValueId x = node.operand(0);
  const ValueId mean = WALLE_TRY(rules::reduce(builder, "ReduceMean", x, axes, true));
  const ValueId centred = WALLE_TRY(builder.one("Sub", {x, mean}));
  const ValueId squares = WALLE_TRY(builder.one("Mul", {centred, centred}));
  const ValueId variance = WALLE_TRY(rules::reduce(builder, "ReduceMean", squares, axes, true));
  const ValueId shifted = WALLE_TRY(rules::with_scalar(builder, "Add", variance, epsilon));
  const ValueId deviation = WALLE_TRY(builder.one("Sqrt", {shifted}));
  const ValueId inverse = WALLE_TRY(builder.one("Reciprocal", {deviation}));
  ValueId y = WALLE_TRY(builder.one("Mul", {centred, inverse}));
  y = WALLE_TRY(builder.one("Mul", {y, node.operand(1)}));
  if (node.has(2)) y = WALLE_TRY(builder.one("Add", {y, node.operand(2)}));
  std::vector<ValueId> results = {y, mean};
  if (node.result_count() > 2) results.push_back(inverse);
  return std::optional(std::move(results));
}

Result<CoreForm> atomic(const NodeView& node) {
  const auto rank = static_cast<int64_t>(WALLE_TRY(node.dims(0)).size());
  NormAttributes norm;
  norm.axis = static_cast<int32_t>(WALLE_TRY(rules::attribute_axis(node, -1, rank)));
  norm.epsilon = static_cast<double>(WALLE_TRY(node.attribute_float("epsilon", 1e-5F)));
  return CoreForm{.attributes = norm};
}

}  // namespace

extern const OpDef kLayerNormalization = {
    .name = "LayerNormalization",
    .formula = "y = (x - mean) / √(var + epsilon) * scale + bias, over the axes from `axis` on",
    .op_class = OpClass::atomic,
    .operands = {2, 3},
    .results = {1, 3},
    .attributes = "axis:int=-1, epsilon:float=1e-5, stash_type:int=1",
    .infer = infer,
    .decompose = decompose,
    .atomic = atomic};

}  // namespace walle::ops
