#include "libwalle/ops/rules/reduction.h"

#include <algorithm>
#include <numeric>

#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops::rules {
namespace {

/// The axes to reduce, sorted. Requires known axes.
Result<Ints> reduced_axes(const NodeView& node, size_t rank) {
  const auto given = WALLE_TRY(given_axes(node, 1));
  if (given && !given->empty()) return axes(node, *given, rank);
  if (WALLE_TRY(node.attribute_int("noop_with_empty_axes", 0)) != 0) return Ints{};
  Ints all(rank);
  std::iota(all.begin(), all.end(), int64_t{0});
  return all;
}

/// Over no axes every element is reduced alone: what a reduction does besides adding up stays.
Replacement each_alone(GraphBuilder& builder, std::string_view name, ValueId x) {
  if (name == "ReduceL1" || name == "ReduceL2") return replaced(builder.one("Abs", {x}));
  if (name == "ReduceSumSquare") return replaced(builder.one("Mul", {x, x}));
  return replaced(builder.one(name == "ReduceLogSum" ? "Log" : "Identity", {x}));
}

}  // namespace

Status infer_reduction(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  const bool keep = WALLE_TRY(node.attribute_int("keepdims", 1)) != 0;
  if (!node.value(0).shape) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  const Shape& shape = *node.value(0).shape;
  if (depends_on_data(node, 1)) {
    if (keep) {
      set_fresh(context, 0, dtype, shape.size());
    } else {
      context.set_unknown_shape(0, dtype);
    }
    return {};
  }
  const Ints reduced = WALLE_TRY(reduced_axes(node, shape.size()));
  Shape result;
  for (size_t i = 0; i < shape.size(); ++i) {
    const bool gone = std::binary_search(reduced.begin(), reduced.end(), static_cast<int64_t>(i));
    if (!gone) result.push_back(shape[i]);
    if (gone && keep) result.emplace_back(1);
  }
  context.set(0, dtype, std::move(result));
  return {};
}

Replacement decompose_reduction(const NodeView& node, GraphBuilder& builder) {
  const Ints dims = WALLE_TRY(node.dims(0));
  const Ints reduced = WALLE_TRY(reduced_axes(node, dims.size()));
  const bool keep = WALLE_TRY(node.attribute_int("keepdims", 1)) != 0;
  const std::string name(node.node().op->name);
  const ValueId x = node.operand(0);
  if (reduced.empty() && !dims.empty()) return each_alone(builder, name, x);
  const bool is_canonical = node.operand_count() == 1 && keep && node.has_attribute("axes") && !dims.empty();
  if (is_canonical) return canonical();
  const Ints result = WALLE_TRY(node.result_dims(0));
  if (dims.empty()) {  // a scalar is a vector of one
    const ValueId vector = WALLE_TRY(reshape(builder, x, Ints{1}));
    const ValueId y = WALLE_TRY(reduce(builder, name, vector, {0}, true));
    return replaced(reshape(builder, y, result));
  }
  ValueId y = WALLE_TRY(reduce(builder, name, x, reduced, true));
  if (!keep) y = WALLE_TRY(reshape(builder, y, result));
  return replaced(y);
}

Result<CoreForm> reduction_form(const NodeView& node, ReduceOp op) {
  const Ints dims = WALLE_TRY(node.dims(0));
  ReduceAttributes attributes{.op = op};
  for (const int64_t axis : WALLE_TRY(reduced_axes(node, dims.size()))) attributes.axes_mask |= 1U << axis;
  return CoreForm{.attributes = attributes};
}

}  // namespace walle::ops::rules
