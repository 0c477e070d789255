#pragma once

#include <cmath>
#include <vector>

#include "libwalle/passes/rewrite.h"

namespace walle::passes {

/// Looks backwards from a lowered node, for passes that recognise functions spelled out in small steps.
class Matcher {
 public:
  explicit Matcher(const graph::Graph& graph) : graph_(graph), made_by_(producers(graph)) {}

  [[nodiscard]] static bool near(double a, double b) { return std::abs(a - b) <= 1e-5 * std::max(1.0, std::abs(b)); }

  /// The node that makes a value, or null.
  [[nodiscard]] const graph::Node* maker(graph::ValueId id) const {
    const int made = id == graph::kNoValue ? -1 : made_by_[static_cast<size_t>(id)];
    return made < 0 ? nullptr : &graph_.nodes[static_cast<size_t>(made)];
  }
  /// Its attributes if it is of that family and reads dense operands, else null.
  template <class Attributes>
  [[nodiscard]] static const Attributes* as(const graph::Node* node) {
    return node != nullptr && node->core && node->core->views.empty() && node->core->epilogue.empty()
               ? std::get_if<Attributes>(&node->core->attributes)
               : nullptr;
  }
  [[nodiscard]] static bool is(const graph::Node* node, BinaryOp op) {
    const auto* binary = as<BinaryAttributes>(node);
    return binary != nullptr && binary->op == op;
  }
  [[nodiscard]] static bool is(const graph::Node* node, UnaryOp op) {
    const auto* unary = as<UnaryAttributes>(node);
    return unary != nullptr && unary->op == op;
  }
  /// Of a binary node, the operand that meets the number `value`, or kNoValue.
  [[nodiscard]] graph::ValueId other_than(const graph::Node& node, double value) const {
    for (size_t side = 0; side < 2; ++side) {
      const auto scalar = scalar_of(graph_, node.operands[side]);
      if (scalar && near(*scalar, value)) return node.operands[1 - side];
    }
    return graph::kNoValue;
  }
  /// x if `id` is x * factor or x / (1/factor), else kNoValue.
  [[nodiscard]] graph::ValueId scaled(graph::ValueId id, double factor) const {
    const graph::Node* node = maker(id);
    if (is(node, BinaryOp::mul)) return other_than(*node, factor);
    if (!is(node, BinaryOp::div)) return graph::kNoValue;
    const auto divisor = scalar_of(graph_, node->operands[1]);
    return divisor && near(*divisor, 1 / factor) ? node->operands[0] : graph::kNoValue;
  }
  [[nodiscard]] bool same_shape(graph::ValueId a, graph::ValueId b) const {
    return dims_of(graph_, a) == dims_of(graph_, b);
  }
  [[nodiscard]] const graph::Graph& graph() const { return graph_; }

 private:
  const graph::Graph& graph_;
  std::vector<int> made_by_;
};

}  // namespace walle::passes
