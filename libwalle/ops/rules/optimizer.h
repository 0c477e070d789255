#pragma once

#include <functional>

#include "libwalle/ops/rules/formula.h"

// One step of a gradient-based optimiser: operands (rate, step count, tensors…, gradients…, states…).
namespace walle::ops::rules {

/// One tensor with its gradient and states, and what becomes of tensor and states.
struct OptimizerStep {
  Term rate, count;  ///< count in the rate's dtype
  Term x, gradient;
  std::vector<Term> states;
};
using OptimizerRule = std::function<std::vector<Term>(const OptimizerStep&)>;

/// Results: the new tensors, then their states, kind by kind. Shapes as the operands'.
[[nodiscard]] Status infer_optimizer(const NodeView& node, InferContext& context, size_t states);
/// The gradient gets norm_coefficient * x before `rule` sees it.
[[nodiscard]] Replacement optimizer(const NodeView& node, GraphBuilder& builder, size_t states,
                                    const OptimizerRule& rule);

}  // namespace walle::ops::rules
