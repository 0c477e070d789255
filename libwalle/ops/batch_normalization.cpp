#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  if (WALLE_TRY(node.attribute_int("spatial", 1)) == 0)
    return node.fail(ErrorCode::unsupported, "statistics per element (spatial = 0)");
  for (size_t i = 1; i < 5; ++i) {
    const auto& shape = node.value(i).shape;
    const auto& x = node.value(0).shape;
    if (shape && x && (shape->size() != 1 || x->size() < 2 || !rules::may_equal((*shape)[0], (*x)[1])))
      return rules::mismatch(node, 0, i);
    if (i < 3 || i - 2 >= node.result_count()) continue;
    const DType dtype = WALLE_TRY(node.dtype(i));
    if (shape) {
      context.set(i - 2, dtype, *shape);
    } else {
      context.set_unknown_shape(i - 2, dtype);
    }
  }
  return rules::infer_same(node, context);
}

/// momentum * old + (1 - momentum) * fresh, as a vector.
Result<ValueId> running(const NodeView& node, GraphBuilder& builder, ValueId old, ValueId fresh) {
  const auto momentum = static_cast<double>(WALLE_TRY(node.attribute_float("momentum", 0.9F)));
  const Ints dims = WALLE_TRY(builder.dims(old));
  const ValueId vector = WALLE_TRY(rules::reshape(builder, fresh, dims));
  const ValueId own = WALLE_TRY(rules::cast(builder, vector, *builder.value(old).dtype));
  const ValueId kept = WALLE_TRY(rules::with_scalar(builder, "Mul", old, momentum));
  const ValueId added = WALLE_TRY(rules::with_scalar(builder, "Mul", own, 1 - momentum));
  return builder.one("Add", {kept, added});
}

/// training_mode: the statistics of this batch, and the running ones moved towards them.
Replacement with_batch_statistics(const NodeView& node, GraphBuilder& builder) {
  const size_t rank = WALLE_TRY(node.dims(0)).size();
  const auto epsilon = static_cast<double>(WALLE_TRY(node.attribute_float("epsilon", 1e-5F)));
  const size_t wanted = node.result_count();
  Ints axes = {0};
  for (size_t i = 2; i < rank; ++i) axes.push_back(static_cast<int64_t>(i));
  const ValueId x = node.operand(0);
  const ValueId mean = WALLE_TRY(rules::reduce(builder, "ReduceMean", x, axes, true));
  const ValueId centred = WALLE_TRY(builder.one("Sub", {x, mean}));
  const ValueId squares = WALLE_TRY(builder.one("Mul", {centred, centred}));
  const ValueId variance = WALLE_TRY(rules::reduce(builder, "ReduceMean", squares, axes, true));
  const ValueId shifted = WALLE_TRY(rules::with_scalar(builder, "Add", variance, epsilon));
  const ValueId deviation = WALLE_TRY(builder.one("Sqrt", {shifted}));
  const ValueId scale = WALLE_TRY(rules::per_axis(builder, node.operand(1), rank, 1));
  const ValueId bias = WALLE_TRY(rules::per_axis(builder, node.operand(2), rank, 1));
  const ValueId normal = WALLE_TRY(builder.one("Div", {centred, deviation}));
  const ValueId scaled = WALLE_TRY(builder.one("Mul", {normal, scale}));
  std::vector<ValueId> results = {WALLE_TRY(builder.one("Add", {scaled, bias}))};
  results.push_back(WALLE_TRY(running(node, builder, node.operand(3), mean)));
  results.push_back(WALLE_TRY(running(node, builder, node.operand(4), variance)));
  results.resize(wanted, kNoValue);
  return std::optional(std::move(results));
}

/// With constant statistics all but the last two nodes are folded while planning, and those into a convolution before.
Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  if (WALLE_TRY(node.attribute_int("training_mode", 0)) != 0) return with_batch_statistics(node, builder);
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
    .attributes = "epsilon:float=1e-5, momentum:float=0.9, is_test:int=1, spatial:int=1, training_mode:int=0",
    .infer = infer,
    .decompose = decompose};

}  // namespace walle::ops
