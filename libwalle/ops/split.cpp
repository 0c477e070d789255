#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/upgrade.h"

namespace walle::ops {
namespace {

Status upgrade(Node& node, int opset, GraphBuilder& builder) {
  if (opset < 13) rules::attribute_to_operand(node, builder, "split", 1);
  return {};
}

/// Sizes of the parts along the axis: given, or equal with a smaller last one.
Result<Shape> parts(const NodeView& node, InferContext& context, const Dim& size) {
  const auto count = static_cast<int64_t>(node.result_count());
  if (node.has(1)) {
    const auto given = node.known(1);
    if (given && given->size() != node.result_count())
      return node.fail(ErrorCode::invalid_argument, "split has another length than there are results");
    Shape made(node.result_count());
    for (size_t i = 0; i < made.size(); ++i) made[i] = given ? (*given)[i] : context.fresh("part");
    return made;
  }
  if (!size.known()) return Shape(node.result_count(), rules::over(context, size, Dim(count)));
  const int64_t part = (size.value() + count - 1) / count;
  Shape made;
  for (int64_t i = 0; i < count; ++i) made.emplace_back(std::max<int64_t>(0, std::min(part, size.value() - i * part)));
  return made;
}

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (!node.value(0).shape) {
    for (size_t i = 0; i < node.result_count(); ++i) context.set_unknown_shape(i, dtype);
    return {};
  }
  const Shape& shape = *node.value(0).shape;
  const int64_t given = WALLE_TRY(node.attribute_int("axis", 0));
  const auto axis = static_cast<size_t>(WALLE_TRY(node.axis(given, static_cast<int64_t>(shape.size()))));
  const Shape sizes = WALLE_TRY(parts(node, context, shape[axis]));
  Dim total = 0;
  for (const Dim& size : sizes) {
    if (size.known() && size.value() < 0) return node.fail(ErrorCode::invalid_argument, "a part has a negative size");
    total = rules::plus(context, total, size);
  }
  if (!rules::may_equal(total, shape[axis]))
    return node.fail(ErrorCode::invalid_argument, "the parts do not add up to axis " + std::to_string(axis));
  size_t at = 0;
  for (size_t i = 0; i < node.result_count(); ++i) {
    Shape part = shape;
    part[axis] = sizes[i];
    const auto elements = node.known(0);
    context.set(i, dtype, std::move(part));
    if (!elements || shape.size() != 1 || !sizes[i].known()) continue;
    const auto length = static_cast<size_t>(sizes[i].value());
    if (at + length > elements->size()) continue;
    context.set_known(i, {elements->begin() + static_cast<std::ptrdiff_t>(at),
                          elements->begin() + static_cast<std::ptrdiff_t>(at + length)});
    at += length;
  }
  return {};
}

Result<std::vector<Region>> regions(const NodeView& node, size_t result) {
  const Ints dims = WALLE_TRY(node.dims(0));
  const int64_t given = WALLE_TRY(node.attribute_int("axis", 0));
  const auto axis = static_cast<size_t>(WALLE_TRY(node.axis(given, static_cast<int64_t>(dims.size()))));
  Ints sizes;
  if (node.has(1)) {
    sizes = WALLE_TRY(node.ints(1));
  } else {
    const auto count = static_cast<int64_t>(node.result_count());
    const int64_t part = (dims[axis] + count - 1) / count;
    for (int64_t i = 0; i < count; ++i) sizes.push_back(std::max<int64_t>(0, std::min(part, dims[axis] - i * part)));
  }
  int64_t start = 0;
  for (size_t i = 0; i < result; ++i) start += sizes[i];
  Ints shape = dims;
  shape[axis] = sizes[result];
  const Ints from = rules::strides(dims);
  const Ints to = rules::strides(shape);
  std::vector<Axis> axes;
  for (size_t k = 0; k < dims.size(); ++k) axes.push_back({shape[k], from[k], to[k]});
  std::vector<Region> made;
  WALLE_TRY(rules::add_box(made, {.src_offset = start * from[axis]}, axes));
  return made;
}

}  // namespace

extern const OpDef kSplit = {.name = "Split",
                             .formula = "y_0, y_1, … = x cut into parts along `axis`",
                             .op_class = OpClass::transform,
                             .operands = {1, 2},
                             .results = {1, -1},
                             .attributes = "axis:int=0, num_outputs:int?",
                             .upgrade = upgrade,
                             .infer = infer,
                             .regions = regions};

}  // namespace walle::ops
