#include <algorithm>

#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

/// Dimensions [start, end) of the operand.
Result<Shape> wanted(const NodeView& node) {
  const Shape shape = WALLE_TRY(node.shape(0));
  const auto rank = static_cast<int64_t>(shape.size());
  const auto clamped = [&](int64_t at) { return std::clamp<int64_t>(at < 0 ? at + rank : at, 0, rank); };
  const int64_t start = clamped(WALLE_TRY(node.attribute_int("start", 0)));
  const int64_t end = std::max(start, clamped(WALLE_TRY(node.attribute_int("end", rank))));
  return Shape(shape.begin() + start, shape.begin() + end);
}

Status infer(const NodeView& node, InferContext& context) {
  WALLE_TRY(node.dtype(0));
  if (!node.value(0).shape) {
    rules::set_fresh(context, 0, DType::i64, 1);
    return {};
  }
  Shape dims = WALLE_TRY(wanted(node));
  context.set(0, DType::i64, {Dim(static_cast<int64_t>(dims.size()))});
  context.set_known(0, std::move(dims));
  return {};
}

/// The result does not depend on data: every element is a fill.
Result<std::vector<Region>> regions(const NodeView& node, size_t) {
  const auto dims = graph::concrete(WALLE_TRY(wanted(node)));
  if (!dims) return node.fail(ErrorCode::unsupported, "the operand's shape is symbolic");
  std::vector<Region> made;
  for (size_t i = 0; i < dims->size(); ++i) {
    made.push_back(
        {.source = Region::kFill, .fill = static_cast<double>((*dims)[i]), .dst_offset = static_cast<int64_t>(i)});
  }
  return made;
}

}  // namespace

extern const OpDef kShape = {.name = "Shape",
                             .formula = "y = the sizes of x's axes [start, end)",
                             .op_class = OpClass::transform,
                             .operands = {1, 1},
                             .results = {1, 1},
                             .attributes = "start:int=0, end:int?",
                             .infer = infer,
                             .regions = regions};

}  // namespace walle::ops
