#pragma once

#include <span>
#include <vector>

#include "libwalle/graph/op.h"

namespace walle::autodiff {

/// Appends to `graph` the nodes that compute d loss / d wrt[i] and returns their values: each with the dtype and dims
/// of wrt[i], or kNoValue where the loss does not depend on it. Requires: every node is in core form
/// (passes::lowering_passes), so all shapes are concrete; `loss` has one element of a float dtype; wrt are values that
/// nodes read (inputs, constants, results). Afterwards the graph has to be lowered again: gradients are written with
/// operators as well as families. Errors: unsupported naming node and family for a family without a rule, a form of it
/// without one, and control flow between wrt and loss; invalid_argument for a loss that is not one number.
[[nodiscard]] Result<std::vector<graph::ValueId>> gradients(graph::Graph& graph, const graph::OpTable& ops,
                                                            graph::ValueId loss, std::span<const graph::ValueId> wrt);

}  // namespace walle::autodiff
