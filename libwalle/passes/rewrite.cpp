#include "libwalle/passes/rewrite.h"

namespace walle::passes {

using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

std::vector<int> use_counts(const Graph& graph) {
  std::vector<int> counts(graph.values.size(), 0);
  for (const Node& node : graph.nodes) {
    for (const ValueId id : node.operands) {
      if (id != kNoValue) ++counts[static_cast<size_t>(id)];
    }
  }
  for (const ValueId id : graph.outputs) ++counts[static_cast<size_t>(id)];
  return counts;
}

std::vector<int> producers(const Graph& graph) {
  std::vector<int> made(graph.values.size(), -1);
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    for (const ValueId id : graph.nodes[n].results) {
      if (id != kNoValue) made[static_cast<size_t>(id)] = static_cast<int>(n);
    }
  }
  return made;
}

std::vector<bool> output_flags(const Graph& graph) {
  std::vector<bool> flags(graph.values.size(), false);
  for (const ValueId id : graph.outputs) flags[static_cast<size_t>(id)] = true;
  return flags;
}

void Replacements::set(ValueId from, ValueId to) {
  const auto at = static_cast<size_t>(from);
  if (at >= to_.size()) to_.resize(at + 1, kNoValue);
  to_[at] = to;
  any_ = true;
}

ValueId Replacements::resolve(ValueId id) const {
  while (id != kNoValue && static_cast<size_t>(id) < to_.size() && to_[static_cast<size_t>(id)] != kNoValue)
    id = to_[static_cast<size_t>(id)];
  return id;
}

void Replacements::apply(Node& node) const {
  for (ValueId& id : node.operands) id = resolve(id);
}

void Replacements::apply_outputs(Graph& graph) const {
  for (ValueId& id : graph.outputs) id = resolve(id);
}

std::optional<std::vector<int64_t>> dims_of(const Graph& graph, ValueId id) {
  if (id == kNoValue || !graph.value(id).shape) return std::nullopt;
  return graph::concrete(*graph.value(id).shape);
}

int64_t elements_of(const Graph& graph, ValueId id) {
  const auto dims = dims_of(graph, id);
  if (!dims) return -1;
  int64_t n = 1;
  for (const int64_t d : *dims) {
    if (d < 0 || __builtin_mul_overflow(n, d, &n)) return -1;
  }
  return n > engine::kMaxElements ? -1 : n;
}

std::optional<double> scalar_of(const Graph& graph, ValueId id) {
  if (id == kNoValue || !graph.value(id).constant) return std::nullopt;
  const engine::Tensor& tensor = *graph.value(id).constant;
  if (tensor.count() != 1) return std::nullopt;
  switch (tensor.dtype()) {
    case DType::f32:
      return tensor.values<float>()[0];
    case DType::f64:
      return tensor.values<double>()[0];
    case DType::i64:
      return static_cast<double>(tensor.values<int64_t>()[0]);
    case DType::i32:
      return tensor.values<int32_t>()[0];
    default:
      return std::nullopt;
  }
}

}  // namespace walle::passes
