#pragma once

#include "libwalle/graph/graph.h"
#include "libwalle/passes/pass.h"

namespace walle::passes {

/// A copy of the node as a graph of its own: operands that are no constants are its inputs (once each), results its
/// outputs.
[[nodiscard]] graph::Graph isolate(const graph::Graph& graph, const graph::Node& node);

/// Whether the node, whose operands have concrete shapes, can be lowered. Errors: why not.
[[nodiscard]] Status can_lower(const graph::Graph& graph, const graph::Node& node, PassContext& context);

}  // namespace walle::passes
