#include "libwalle/ops/rules/known.h"
#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/upgrade.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (!node.value(0).shape || rules::depends_on_data(node, 1)) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  Shape result = *node.value(0).shape;
  const auto given = WALLE_TRY(rules::given_axes(node, 1));
  const Ints made = WALLE_TRY(rules::axes(node, given.value_or(Ints{}), result.size() + given.value_or(Ints{}).size()));
  for (const int64_t axis : made) result.insert(result.begin() + axis, Dim(1));
  const size_t rank = result.size();
  context.set(0, dtype, std::move(result));
  rules::pass_known(node, context, rank);
  return {};
}

}  // namespace

extern const OpDef kUnsqueeze = {.name = "Unsqueeze",
                                 .formula = "y = x with axes of size 1 put in at `axes`",
                                 .op_class = OpClass::transform,
                                 .operands = {1, 2},
                                 .results = {1, 1},
                                 .attributes = "axes:ints?",
                                 .upgrade = rules::upgrade_axes,
                                 .infer = infer,
                                 .regions = rules::same_order};

}  // namespace walle::ops
