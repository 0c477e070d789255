#pragma once

#include "libwalle/passes/pass.h"

namespace walle::passes {

/// Computes the results of a node whose operands are all constants, with the reference backend (lowering it first where
/// needed). Absent results give an undefined tensor.
[[nodiscard]] Result<std::vector<engine::Tensor>> evaluate(const graph::Graph& graph, const graph::Node& node,
                                                           PassContext& context);

/// True if the node can be evaluated now: no control, all operands constant, results not absurdly larger.
[[nodiscard]] bool foldable(const graph::Graph& graph, const graph::Node& node, const PassContext& context);

}  // namespace walle::passes
