#pragma once

#include <string>
#include <vector>

#include "libwalle/graph/graph.h"

namespace walle::train {

/// The constants of a graph that training may change: floating-point initialisers with at least one axis that nodes
/// read, but not settings (a clip's bounds, a resize's scales, the stored statistics of a batch normalisation).
/// pattern: only those whose name contains a match ("": all). Errors: invalid_argument for a pattern that is no
/// regular expression, or that matches none (with the names that there are).
[[nodiscard]] Result<std::vector<graph::ValueId>> find_parameters(const graph::Graph& graph,
                                                                  const std::string& pattern);

}  // namespace walle::train
