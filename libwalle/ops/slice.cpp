#include <algorithm>
#include <cstdlib>
#include <limits>

#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/upgrade.h"

namespace walle::ops {
namespace {

/// Attributes starts, ends, axes became operands in opset 10.
Status upgrade(Node& node, int opset, GraphBuilder& builder) {
  if (opset >= 10) return {};
  rules::attribute_to_operand(node, builder, "starts", 1);
  rules::attribute_to_operand(node, builder, "ends", 2);
  rules::attribute_to_operand(node, builder, "axes", 3);
  return {};
}

/// One axis that is cut: begin, begin + step, … before end, clamped to the axis.
struct Cut {
  size_t axis = 0;
  int64_t begin = 0, step = 1, size = 0;
};

Cut cut(size_t axis, int64_t dim, int64_t start, int64_t end, int64_t step) {
  step = std::max(step, -std::numeric_limits<int64_t>::max());
  if (dim == 0) return {axis, 0, step, 0};
  const int64_t begin = std::clamp(start < 0 ? start + dim : start, int64_t{0}, step > 0 ? dim : dim - 1);
  const int64_t last = std::clamp(end < 0 ? end + dim : end, int64_t{step > 0 ? 0 : -1}, step > 0 ? dim : dim - 1);
  const int64_t distance = step > 0 ? last - begin : begin - last;
  return {axis, begin, step, distance <= 0 ? 0 : (distance - 1) / std::abs(step) + 1};
}

/// Axes operand, or the first ones.
Result<Ints> cut_axes(const NodeView& node, size_t count, size_t rank) {
  Ints result;
  if (node.has(3)) {
    for (const int64_t axis : WALLE_TRY(node.ints(3))) {
      result.push_back(WALLE_TRY(node.axis(axis, static_cast<int64_t>(rank))));
    }
  } else {
    for (size_t i = 0; i < count; ++i) result.push_back(static_cast<int64_t>(i));
  }
  Ints sorted = result;
  std::sort(sorted.begin(), sorted.end());
  const bool twice = std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
  if (result.size() != count || count > rank || twice)
    return node.fail(ErrorCode::invalid_argument, "starts and axes do not fit the operand's rank");
  return result;
}

Result<Ints> steps(const NodeView& node, size_t count) {
  const Ints result = node.has(4) ? WALLE_TRY(node.ints(4)) : Ints(count, 1);
  if (result.size() != count) return node.fail(ErrorCode::invalid_argument, "steps has another length than starts");
  for (const int64_t step : result) {
    if (step == 0) return node.fail(ErrorCode::invalid_argument, "a step is 0");
  }
  return result;
}

/// The size of a cut with symbols in it; steps of 1 only.
Dim symbolic_size(InferContext& context, const Dim& dim, const Dim& start, const Dim& end, int64_t step) {
  if (step != 1) return context.fresh("slice");
  const auto from_end = [](const Dim& at) { return at.known() && at.value() < 0; };
  const bool whole = end.known() && end.value() >= std::numeric_limits<int32_t>::max();
  Dim begin = from_end(start) ? rules::plus(context, dim, start) : start;
  Dim last = from_end(end) ? rules::plus(context, dim, end) : end;
  if (whole || end == dim) last = dim;
  const bool sure = start == Dim(0) && (from_end(end) || whole || end == dim);
  const bool tail = from_end(start) && whole;
  if (sure || tail || (start.known() && (whole || end == dim))) return rules::minus(context, last, begin);
  return context.fresh("slice");
}

/// A rank-1 operand with known elements, cut by numbers.
void slice_known(const NodeView& node, InferContext& context, const Cut& c) {
  const auto elements = node.known(0);
  if (!elements) return;
  std::vector<Dim> result;
  for (int64_t i = 0; i < c.size; ++i) result.push_back((*elements)[static_cast<size_t>(c.begin + i * c.step)]);
  context.set_known(0, std::move(result));
}

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (!node.value(0).shape || (node.has(3) && rules::depends_on_data(node, 3))) {
    node.value(0).shape ? rules::set_fresh(context, 0, dtype, node.value(0).shape->size())
                        : context.set_unknown_shape(0, dtype);
    return {};
  }
  Shape result = *node.value(0).shape;
  const auto starts = node.known(1);
  const auto ends = node.known(2);
  const bool has_steps = !node.has(4) || !rules::depends_on_data(node, 4);
  if ((!starts && !ends) || !has_steps || (starts && ends && starts->size() != ends->size())) {
    rules::set_fresh(context, 0, dtype, result.size());
    return {};
  }
  const size_t count = starts ? starts->size() : ends->size();
  const Ints axes = WALLE_TRY(cut_axes(node, count, result.size()));
  const Ints by = WALLE_TRY(steps(node, count));
  for (size_t i = 0; i < count; ++i) {
    Dim& dim = result[static_cast<size_t>(axes[i])];
    if (!starts || !ends) {
      dim = context.fresh("slice");
    } else if (dim.known() && (*starts)[i].known() && (*ends)[i].known()) {
      const Cut c = cut(0, dim.value(), (*starts)[i].value(), (*ends)[i].value(), by[i]);
      dim = c.size;
      if (result.size() == 1) slice_known(node, context, c);
    } else {
      dim = symbolic_size(context, dim, (*starts)[i], (*ends)[i], by[i]);
    }
  }
  context.set(0, dtype, std::move(result));
  return {};
}

Result<std::vector<Region>> regions(const NodeView& node, size_t) {
  const Ints dims = WALLE_TRY(node.dims(0));
  const Ints starts = WALLE_TRY(node.ints(1));
  const Ints ends = WALLE_TRY(node.ints(2));
  if (starts.size() != ends.size()) return node.fail(ErrorCode::invalid_argument, "starts and ends differ in length");
  const Ints axes = WALLE_TRY(cut_axes(node, starts.size(), dims.size()));
  const Ints by = WALLE_TRY(steps(node, starts.size()));
  const Ints from = rules::strides(dims);
  const Ints to = rules::strides(WALLE_TRY(node.result_dims(0)));
  std::vector<Axis> box;
  for (size_t k = 0; k < dims.size(); ++k) box.push_back({dims[k], from[k], to[k]});
  Region origin;
  for (size_t i = 0; i < axes.size(); ++i) {
    const auto k = static_cast<size_t>(axes[i]);
    const Cut c = cut(k, dims[k], starts[i], ends[i], by[i]);
    if (c.size == 0) return std::vector<Region>{};
    origin.src_offset += c.begin * from[k];
    box[k] = {c.size, c.size == 1 ? 0 : c.step * from[k], to[k]};
  }
  std::vector<Region> made;
  WALLE_TRY(rules::add_box(made, origin, box));
  return made;
}

}  // namespace

extern const OpDef kSlice = {.name = "Slice",
                             .formula = "y = x[starts:ends:steps] along `axes`",
                             .op_class = OpClass::transform,
                             .operands = {3, 5},
                             .results = {1, 1},
                             .upgrade = upgrade,
                             .infer = infer,
                             .regions = regions};

}  // namespace walle::ops
