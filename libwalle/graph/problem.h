#pragma once

#include "kernels/abi/kernel.h"
#include "libwalle/graph/graph.h"

namespace walle::graph {

/// The problem that a lowered node states: concrete dims and strides of its operands and results. Broadcasting becomes
/// strides of 0: elementwise families to the result's dims, batch axes of matmul, scale and bias of norm, a residual.
/// Absent operands have rank 0, dtype of no meaning and no data. Constants have `constant` and `data` set.
/// Requires: node.core. Errors: unsupported naming the node if a shape is not known, invalid_argument if dims do not
/// broadcast or the rank is above kMaxRank.
[[nodiscard]] Result<Problem> make_problem(const Graph& graph, const Node& node, Precision precision, int threads);

/// First element of operand `i` within its value, in elements (its view's offset; else 0).
[[nodiscard]] int64_t operand_offset(const Node& node, size_t i);

/// A byte string that is equal for problems that a search may treat as equal (data pointers left out).
[[nodiscard]] std::string problem_key(const Problem& problem);

/// "conv f32[1,3,640,640] f32[16,3,3,3] → f32[1,16,320,320] +bias +relu" for tables and messages.
[[nodiscard]] std::string describe(const Problem& problem);

}  // namespace walle::graph
