#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/constants.h"
#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

/// Positions where the condition holds; nullopt if it depends on data.
Result<std::optional<Ints>> kept(const NodeView& node) {
  if (node.constant(1) == nullptr && rules::depends_on_data(node, 1)) return std::optional<Ints>();
  const auto condition = WALLE_TRY(rules::constant_numbers(node, 1));
  Ints result;
  for (size_t i = 0; i < condition.size(); ++i) {
    if (condition[i] != 0) result.push_back(static_cast<int64_t>(i));
  }
  return std::optional(std::move(result));
}

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  const auto positions = WALLE_TRY(kept(node));
  const Dim size = positions ? Dim(static_cast<int64_t>(positions->size())) : context.fresh("kept");
  if (!node.has_attribute("axis")) {
    context.set(0, dtype, {size});
    return {};
  }
  if (!node.value(0).shape) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  Shape shape = *node.value(0).shape;
  const int64_t axis = WALLE_TRY(rules::attribute_axis(node, 0, static_cast<int64_t>(shape.size())));
  shape[static_cast<size_t>(axis)] = size;
  context.set(0, dtype, std::move(shape));
  return {};
}

/// The kept positions as a vector: numbers, or what NonZero finds.
Result<ValueId> positions_of(const NodeView& node, GraphBuilder& builder) {
  const auto positions = WALLE_TRY(kept(node));
  if (positions) return builder.ints(*positions);
  const Ints all = {-1};
  const ValueId condition = WALLE_TRY(rules::reshape(builder, node.operand(1), all));
  const Ints front = {0};
  return builder.one("Squeeze", {WALLE_TRY(builder.one("NonZero", {condition})), builder.ints(front)});
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const ValueId positions = WALLE_TRY(positions_of(node, builder));
  const Ints dims = WALLE_TRY(node.dims(0));
  ValueId x = node.operand(0);
  int64_t axis = 0;
  if (node.has_attribute("axis")) {
    axis = WALLE_TRY(rules::attribute_axis(node, 0, static_cast<int64_t>(dims.size())));
  } else {
    x = WALLE_TRY(rules::reshape(builder, x, Ints{rules::count(dims)}));
  }
  return rules::replaced(builder.one("Gather", {x, positions}, {{"axis", axis}}));
}

}  // namespace

extern const OpDef kCompress = {.name = "Compress",
                                .formula = "y = the parts of x along the axis (none: its elements) where c holds",
                                .op_class = OpClass::composite,
                                .operands = {2, 2},
                                .results = {1, 1},
                                .attributes = "axis:int?",
                                .infer = infer,
                                .decompose = decompose};

}  // namespace walle::ops
