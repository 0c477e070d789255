#pragma once

#include <optional>
#include <vector>

#include "libwalle/graph/graph.h"

namespace walle::passes {

/// How often each value is read (by nodes, and once for each time it is an output of the graph).
[[nodiscard]] std::vector<int> use_counts(const graph::Graph& graph);

/// Index of the node that makes each value, or -1.
[[nodiscard]] std::vector<int> producers(const graph::Graph& graph);

/// For each value, if it is an output of the graph.
[[nodiscard]] std::vector<bool> output_flags(const graph::Graph& graph);

/// Maps values to what replaces them; follows chains.
class Replacements {
 public:
  explicit Replacements(size_t values) : to_(values, graph::kNoValue) {}
  void set(graph::ValueId from, graph::ValueId to);
  [[nodiscard]] graph::ValueId resolve(graph::ValueId id) const;
  void apply(graph::Node& node) const;
  void apply_outputs(graph::Graph& graph) const;
  [[nodiscard]] bool any() const { return any_; }

 private:
  std::vector<graph::ValueId> to_;
  bool any_ = false;
};

/// Dims as numbers; empty optional if not known.
[[nodiscard]] std::optional<std::vector<int64_t>> dims_of(const graph::Graph& graph, graph::ValueId id);
/// Elements of a value with known dims; -1 if they are not known, negative or more than kMaxElements.
[[nodiscard]] int64_t elements_of(const graph::Graph& graph, graph::ValueId id);
/// The only element of a constant of a float or integer dtype, as a number.
[[nodiscard]] std::optional<double> scalar_of(const graph::Graph& graph, graph::ValueId id);

}  // namespace walle::passes
