#include <algorithm>

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
  const Shape& shape = *node.value(0).shape;
  const auto given = WALLE_TRY(rules::given_axes(node, 1));
  Ints gone;
  if (given) {
    gone = WALLE_TRY(rules::axes(node, *given, shape.size()));
  } else {
    if (!graph::concrete(shape)) {  // which axes vanish is not known yet
      context.set_unknown_shape(0, dtype);
      return {};
    }
    for (size_t i = 0; i < shape.size(); ++i) {
      if (shape[i] == Dim(1)) gone.push_back(static_cast<int64_t>(i));
    }
  }
  Shape result;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (!std::binary_search(gone.begin(), gone.end(), static_cast<int64_t>(i))) {
      result.push_back(shape[i]);
    } else if (shape[i].known() && shape[i].value() != 1) {
      return node.fail(ErrorCode::invalid_argument,
                       "axis " + std::to_string(i) + " of " + rules::text(shape) + " is not 1");
    }
  }
  const size_t rank = result.size();
  context.set(0, dtype, std::move(result));
  rules::pass_known(node, context, rank);
  return {};
}

}  // namespace

extern const OpDef kSqueeze = {.name = "Squeeze",
                               .formula = "y = x without the axes of size 1 that `axes` names (none: all)",
                               .op_class = OpClass::transform,
                               .operands = {1, 2},
                               .results = {1, 1},
                               .attributes = "axes:ints?",
                               .upgrade = rules::upgrade_axes,
                               .infer = infer,
                               .regions = rules::same_order};

}  // namespace walle::ops
