#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "libwalle/graph/graph.h"

namespace walle::session {

/// Where a graph is cut: what can be planned with what is known, and what would help.
struct Cut {
  std::vector<bool> planned;           ///< by node: it and all that it reads can be planned
  std::vector<bool> refused;           ///< by node: all that it reads is there, but it cannot be planned
  std::vector<graph::ValueId> wanted;  ///< inputs whose value may let more be planned
  std::optional<Error> obstacle;       ///< of the first refused node
};

/// Whether a node whose operands have concrete shapes can be planned; else why not.
using Trial = std::function<Status(const graph::Graph&, const graph::Node&)>;

/// Cuts an inferred graph. `trial` is asked for nodes whose operands and results have concrete shapes.
[[nodiscard]] Cut find_cut(const graph::Graph& graph, const Trial& trial);

/// True if the node has no plan whatever is known: of a class that is carried out, or with a sequence or an optional
/// among its operands and results.
[[nodiscard]] bool has_no_plan(const graph::Graph& graph, const graph::Node& node);

}  // namespace walle::session
