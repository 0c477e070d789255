#include "libwalle/ops/rules/optimizer.h"

namespace walle::ops::rules {
namespace {

/// How many tensors are optimised together.
Result<size_t> tensors_of(const NodeView& node, size_t states) {
  const size_t given = node.operand_count() - 2;
  if (given == 0 || given % (2 + states) != 0)
    return node.fail(ErrorCode::invalid_argument, "needs as many gradients and states as tensors");
  return given / (2 + states);
}

}  // namespace

Status infer_optimizer(const NodeView& node, InferContext& context, size_t states) {
  const size_t count = WALLE_TRY(tensors_of(node, states));
  for (size_t i = 0; i < count * (1 + states); ++i) {
    const size_t operand = 2 + i + (i < count ? 0 : count);  // gradients have no result
    const DType dtype = WALLE_TRY(node.dtype(operand));
    if (node.value(operand).shape) {
      context.set(i, dtype, *node.value(operand).shape);
    } else {
      context.set_unknown_shape(i, dtype);
    }
  }
  return {};
}

Replacement optimizer(const NodeView& node, GraphBuilder& builder, size_t states, const OptimizerRule& rule) {
  const size_t count = WALLE_TRY(tensors_of(node, states));
  const auto decay = static_cast<double>(WALLE_TRY(node.attribute_float("norm_coefficient", 0)));
  Formula f(builder);
  std::vector<ValueId> results(count * (1 + states), kNoValue);
  for (size_t i = 0; i < count; ++i) {
    const auto part = [&](size_t kind) { return f.of(node.operand(2 + kind * count + i)); };
    OptimizerStep step{.x = part(0)};
    step.rate = f.of(node.operand(0)).cast(step.x.dtype());
    step.count = f.of(node.operand(1)).cast(step.x.dtype());
    step.gradient = decay == 0 ? part(1) : step.x * decay + part(1);
    for (size_t s = 0; s < states; ++s) step.states.push_back(part(2 + s));
    const std::vector<Term> made = rule(step);
    for (size_t kind = 0; kind < made.size(); ++kind) results[kind * count + i] = WALLE_TRY(f.result(made[kind]));
  }
  return std::optional(std::move(results));
}

}  // namespace walle::ops::rules
