#include <algorithm>
#include <numeric>

#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

/// The permutation, checked; default: axes reversed.
Result<Ints> permutation(const NodeView& node, size_t rank) {
  Ints reversed(rank);
  std::iota(reversed.rbegin(), reversed.rend(), int64_t{0});
  Ints perm = WALLE_TRY(node.attribute_ints("perm", reversed));
  Ints sorted = perm;
  std::sort(sorted.begin(), sorted.end());
  std::reverse(reversed.begin(), reversed.end());
  if (sorted != reversed)
    return node.fail(ErrorCode::invalid_argument, "perm is no permutation of " + std::to_string(rank) + " axes");
  return perm;
}

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (!node.value(0).shape) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  const Shape& shape = *node.value(0).shape;
  Shape result;
  for (const int64_t axis : WALLE_TRY(permutation(node, shape.size()))) {
    result.push_back(shape[static_cast<size_t>(axis)]);
  }
  context.set(0, dtype, std::move(result));
  return {};
}

Result<std::vector<Region>> regions(const NodeView& node, size_t) {
  const Ints dims = WALLE_TRY(node.dims(0));
  const Ints result = WALLE_TRY(node.result_dims(0));
  const Ints from = rules::strides(dims);
  const Ints to = rules::strides(result);
  const Ints perm = WALLE_TRY(permutation(node, dims.size()));
  std::vector<Axis> axes;
  for (size_t i = 0; i < perm.size(); ++i) axes.push_back({result[i], from[static_cast<size_t>(perm[i])], to[i]});
  std::vector<Region> made;
  WALLE_TRY(rules::add_box(made, {}, axes));
  return made;
}

}  // namespace

extern const OpDef kTranspose = {.name = "Transpose",
                                 .formula = "y[i_perm[0], i_perm[1], …] = x[i_0, i_1, …]",
                                 .op_class = OpClass::transform,
                                 .operands = {1, 1},
                                 .results = {1, 1},
                                 .attributes = "perm:ints?",
                                 .infer = infer,
                                 .regions = regions};

}  // namespace walle::ops
