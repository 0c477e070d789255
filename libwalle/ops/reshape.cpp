#include "libwalle/ops/rules/known.h"
#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

/// The dimension that -1 stands for.
Dim remaining(InferContext& context, const Shape& from, const Shape& to, size_t hole) {
  Shape left = from;
  Dim rest = 1;
  for (size_t i = 0; i < to.size(); ++i) {
    if (i == hole) continue;
    bool cancelled = false;  // the same symbol above and below the line: no division needed
    for (size_t k = 0; k < left.size() && !to[i].known(); ++k) {
      if (left[k] != to[i]) continue;
      left.erase(left.begin() + static_cast<std::ptrdiff_t>(k));
      cancelled = true;
      break;
    }
    if (!cancelled) rest = rules::times(context, rest, to[i]);
  }
  const Dim total = rules::product(context, left);
  if (rest == Dim(1)) return total;
  if (rest.known() && rest.value() <= 0) return context.fresh("reshape");
  return rules::over(context, total, rest);
}

/// -1 at most once, counts equal where they are numbers.
Status check(const NodeView& node, const Shape& from, const Shape& to) {
  const auto have = graph::concrete(from);
  const auto want = graph::concrete(to);
  if (have && want && rules::count(*have) != rules::count(*want)) {
    return node.fail(ErrorCode::invalid_argument,
                     "cannot reshape " + rules::text(from) + " into " + rules::text(to) + ": the counts differ");
  }
  return {};
}

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  const auto target = node.known(1);
  if (!target || !node.value(0).shape) {
    const auto& shape = node.value(1).shape;
    if (shape && shape->size() == 1 && (*shape)[0].known() && (*shape)[0].value() <= 64) {
      rules::set_fresh(context, 0, dtype, static_cast<size_t>((*shape)[0].value()));
    } else {
      context.set_unknown_shape(0, dtype);
    }
    return {};
  }
  const Shape& from = *node.value(0).shape;
  const bool zeros_stay = WALLE_TRY(node.attribute_int("allowzero", 0)) == 0;
  Shape to = *target;
  std::optional<size_t> hole;
  for (size_t i = 0; i < to.size(); ++i) {
    if (to[i] == Dim(0) && zeros_stay) {
      if (i >= from.size()) return node.fail(ErrorCode::invalid_argument, "a 0 in the shape has no dimension to copy");
      to[i] = from[i];
    } else if (to[i].known() && to[i].value() < 0) {
      if (to[i].value() != -1 || hole)
        return node.fail(ErrorCode::invalid_argument, "the shape " + rules::text(*target) + " is not valid");
      hole = i;
    }
  }
  if (hole) to[*hole] = remaining(context, from, to, *hole);
  WALLE_TRY(check(node, from, to));
  const size_t rank = to.size();
  context.set(0, dtype, std::move(to));
  rules::pass_known(node, context, rank);
  return {};
}

}  // namespace

extern const OpDef kReshape = {.name = "Reshape",
                               .formula = "y = the elements of x in the same order, in another shape",
                               .op_class = OpClass::transform,
                               .operands = {2, 2},
                               .results = {1, 1},
                               .attributes = "allowzero:int=0",
                               .infer = infer,
                               .regions = rules::same_order};

}  // namespace walle::ops
