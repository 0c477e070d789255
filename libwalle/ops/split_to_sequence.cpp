#include <algorithm>

#include "libwalle/ops/rules/containers.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  context.set_container(0, graph::ValueKind::sequence, node.value(0).dtype);
  return {};
}

/// The sizes of the parts of an axis: a list, one size for all (the last part may be smaller), or 1.
Result<Ints> sizes_of(const NodeView& node, std::span<const engine::AnyValue> operands, int64_t whole) {
  if (operands.size() > 1 && !operands[1].absent()) {
    const Ints given = WALLE_TRY(rules::integers_at(node, operands, 1));
    if (!operands[1].tensor().dims().empty()) return given;
    if (given[0] <= 0) return node.fail(ErrorCode::invalid_argument, "parts must be larger than 0");
    if (whole / given[0] > static_cast<int64_t>(rules::kMostElements))
      return node.fail(ErrorCode::resource_exhausted, "there are too many parts");
    Ints sizes(static_cast<size_t>(whole / given[0]), given[0]);
    if (whole % given[0] != 0) sizes.push_back(whole % given[0]);
    return sizes;
  }
  if (whole > static_cast<int64_t>(rules::kMostElements))
    return node.fail(ErrorCode::resource_exhausted, "there are too many parts");
  return Ints(static_cast<size_t>(whole), 1);
}

rules::Values carry_out(const NodeView& node, std::span<const engine::AnyValue> operands, graph::BlockRunner&) {
  const engine::Tensor x = WALLE_TRY(rules::tensor_at(node, operands, 0));
  const auto axis =
      static_cast<size_t>(WALLE_TRY(rules::attribute_axis(node, 0, static_cast<int64_t>(x.dims().size()))));
  const Ints sizes = WALLE_TRY(sizes_of(node, operands, x.dims()[axis]));
  const bool single = operands.size() < 2 || operands[1].absent();
  const bool drop = single && WALLE_TRY(node.attribute_int("keepdims", 1)) == 0;
  std::vector<engine::Tensor> parts;
  int64_t begin = 0;
  for (const int64_t size : sizes) {
    engine::Tensor part = WALLE_TRY(rules::part_of(node, x, axis, begin, size));
    begin += size;
    Ints dims = part.dims();
    if (drop) dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(axis));
    parts.push_back(WALLE_TRY(part.reshaped(dims)));
  }
  if (begin != x.dims()[axis]) return node.fail(ErrorCode::invalid_argument, "the parts do not add up to the axis");
  return rules::one_sequence(node, x.dtype(), std::move(parts));
}

}  // namespace

extern const OpDef kSplitToSequence = {.name = "SplitToSequence",
                                       .formula = "y = [the parts of x along the axis]",
                                       .op_class = OpClass::container,
                                       .operands = {1, 2},
                                       .results = {1, 1},
                                       .attributes = "axis:int=0, keepdims:int=1",
                                       .infer = infer,
                                       .carry_out = carry_out};

}  // namespace walle::ops
