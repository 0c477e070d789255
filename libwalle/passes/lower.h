#pragma once

#include "libwalle/passes/pass.h"

namespace walle::passes {

/// Decomposes every node until only core forms (atomic families, rasters) and control nodes are left. Values without
/// elements become constants. Requires: dims of all values are known. Errors: unsupported naming node and operator.
[[nodiscard]] Status lower(graph::Graph& graph, PassContext& context);

}  // namespace walle::passes
