#pragma once

#include "libwalle/ops/rules/define.h"

// Negative log likelihood, alone and behind a softmax.
namespace walle::ops::rules {

/// Result 0: a scalar, or with reduction none the target's shape.
[[nodiscard]] Status infer_loss(const NodeView& node, InferContext& context);
/// -w[t] * x[n, t, …] with its reduction. Operands: target 1, weight 2; `scores` [N, C, d…] are log probabilities.
[[nodiscard]] Result<ValueId> likelihood_loss(const NodeView& node, GraphBuilder& builder, ValueId scores);

inline constexpr std::string_view kLossAttributes = "ignore_index:int?, reduction:string=mean";

}  // namespace walle::ops::rules
