#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "libwalle/graph/op.h"

namespace walle::passes {

/// A permutation as Transpose has it: axis i of the result is axis perm[i] of the operand.
using Perm = std::vector<int64_t>;
[[nodiscard]] bool is_identity(const Perm& perm);
[[nodiscard]] Perm inverse(const Perm& perm);
/// The permutation of a Transpose node over `rank` axes; nullopt if it is none.
[[nodiscard]] std::optional<Perm> perm_of(const graph::Node& node, size_t rank);

/// How an operator is moved in front of a transpose.
struct LayoutRule {
  std::string_view op;
  /// Rewrites what the node says of axes so that it works on operands before a transpose by `perm`. Returns the
  /// permutation that then follows its results, or nullopt if the node cannot be rewritten (axes that are not
  /// constant). Constants that are rewritten are added to the graph.
  std::optional<Perm> (*permute)(graph::Graph& graph, graph::Node& node, const Perm& perm) = nullptr;
  bool all_operands = true;  ///< false: only operand 0 has the result's axes
  bool broadcasts = false;   ///< operands of lower rank are aligned at the right, those of one element fit anywhere
};

/// The rule of an operator, or null if the order of axes matters to it.
[[nodiscard]] const LayoutRule* layout_rule(const graph::Node& node);

}  // namespace walle::passes
