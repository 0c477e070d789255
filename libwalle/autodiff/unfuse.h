#pragma once

#include "libwalle/graph/op.h"

namespace walle::autodiff {

/// Makes the epilogues of a lowered graph nodes of their own (a convolution's bias becomes an addition), so that rules
/// know families alone. Errors: none that a verified graph can cause.
[[nodiscard]] Status unfuse(graph::Graph& graph);

}  // namespace walle::autodiff
