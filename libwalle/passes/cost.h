#pragma once

#include <span>

#include "libwalle/passes/pass.h"

namespace walle::passes {

/// Predicted microseconds of a lowered node with the best kernel: negative if no kernel takes it, 0 where the context
/// predicts nothing.
[[nodiscard]] double predicted_us(const graph::Graph& graph, const graph::Node& node, const PassContext& context);

/// True if `fused` is predicted to take no longer than `parts` together, or if the context predicts nothing.
[[nodiscard]] bool no_slower(const graph::Graph& graph, const graph::Node& fused,
                             std::span<const graph::Node* const> parts, const PassContext& context);

}  // namespace walle::passes
