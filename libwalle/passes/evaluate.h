#pragma once

#include "libwalle/passes/pass.h"

namespace walle::passes {

/// Computes the results of a node whose operands are all constants, with the reference backend (lowering it first where
/// needed). Absent results give an undefined tensor.
[[nodiscard]] Result<std::vector<engine::Tensor>> evaluate(const graph::Graph& graph, const graph::Node& node,
                                                           PassContext& context);

/// True if the node can be evaluated now: no control, all operands constant, results not absurdly larger, and the
/// context's fold_bytes not used up.
[[nodiscard]] bool foldable(const graph::Graph& graph, const graph::Node& node, const PassContext& context);

/// What folding may make of a graph and its blocks in all: 256 MiB, and ten times its constants (8-bit weights and less
/// count as the f32 that they become).
[[nodiscard]] int64_t fold_allowance(const graph::Graph& graph);

}  // namespace walle::passes
