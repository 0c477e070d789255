#include <cmath>

#include "libwalle/passes/pass.h"
#include "libwalle/passes/rewrite.h"

namespace walle::passes {
namespace {

using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

bool near(double a, double b) { return std::abs(a - b) < 1e-6; }

/// Recognises functions that a model spells out in small steps.
class Patterns {
 public:
  explicit Patterns(Graph& graph) : graph_(graph), made_by_(producers(graph)) {}

  void run() {
    for (Node& node : graph_.nodes) {
      if (!spelled_hard_swish(node)) gated(node);
    }
  }

 private:
  [[nodiscard]] const Node* maker(ValueId id) const {
    const int made = id == kNoValue ? -1 : made_by_[static_cast<size_t>(id)];
    return made < 0 ? nullptr : &graph_.nodes[static_cast<size_t>(made)];
  }
  template <class Attributes>
  [[nodiscard]] static const Attributes* as(const Node* node) {
    return node != nullptr && node->core && node->core->views.empty() ? std::get_if<Attributes>(&node->core->attributes)
                                                                      : nullptr;
  }
  [[nodiscard]] static bool is(const Node* node, BinaryOp op) {
    const auto* binary = as<BinaryAttributes>(node);
    return binary != nullptr && binary->op == op;
  }
  [[nodiscard]] bool same_shape(ValueId a, ValueId b) const { return dims_of(graph_, a) == dims_of(graph_, b); }

  /// The operand that is combined with the number `value`, or kNoValue.
  [[nodiscard]] ValueId other_than(const Node& node, double value) const {
    for (size_t side = 0; side < 2; ++side) {
      const auto scalar = scalar_of(graph_, node.operands[side]);
      if (scalar && near(*scalar, value)) return node.operands[1 - side];
    }
    return kNoValue;
  }

  /// v if `id` is clip(v + 3, 0, 6), else kNoValue.
  [[nodiscard]] ValueId six_of(ValueId id) const {
    const Node* clip = maker(id);
    const auto* unary = as<UnaryAttributes>(clip);
    if (unary == nullptr || unary->op != UnaryOp::clip || !near(unary->alpha, 0) || !near(unary->beta, 6))
      return kNoValue;
    const Node* add = maker(clip->operands[0]);
    return is(add, BinaryOp::add) ? other_than(*add, 3) : kNoValue;
  }

  /// x / 6, or x * (1/6): x.
  [[nodiscard]] ValueId sixth(const Node& node) const {
    if (is(&node, BinaryOp::div)) {
      const auto scalar = scalar_of(graph_, node.operands[1]);
      return scalar && near(*scalar, 6) ? node.operands[0] : kNoValue;
    }
    return is(&node, BinaryOp::mul) ? other_than(node, 1.0 / 6) : kNoValue;
  }

  void become(Node& node, ValueId x, const UnaryAttributes& function) {
    if (!same_shape(x, node.results[0])) return;
    node.operands = {x};
    node.core->attributes = function;
  }

  /// (x * clip(x + 3, 0, 6)) / 6 → hard_swish(x).
  bool spelled_hard_swish(Node& node) {
    const ValueId product = node.core ? sixth_of(node) : kNoValue;
    const Node* mul = maker(product);
    if (!is(mul, BinaryOp::mul)) return false;
    for (size_t side = 0; side < 2; ++side) {
      const ValueId x = mul->operands[side];
      if (six_of(mul->operands[1 - side]) != x) continue;
      become(node, x, {.op = UnaryOp::hard_swish});
      return true;
    }
    return false;
  }
  [[nodiscard]] ValueId sixth_of(const Node& node) const {
    return as<BinaryAttributes>(&node) == nullptr ? kNoValue : sixth(node);
  }

  /// x * gate(x): hard_swish for hard_sigmoid (also spelled out), swish for sigmoid.
  void gated(Node& node) {
    if (!is(&node, BinaryOp::mul)) return;
    for (size_t side = 0; side < 2; ++side) {
      const ValueId x = node.operands[1 - side];
      const Node* gate = maker(node.operands[side]);
      if (gate == nullptr || !gate->core) continue;
      const auto* function = as<UnaryAttributes>(gate);
      if (function != nullptr && gate->operands[0] == x && function->op == UnaryOp::hard_sigmoid &&
          near(function->alpha, 1.0 / 6) && near(function->beta, 0.5))
        return become(node, x, {.op = UnaryOp::hard_swish});
      if (function != nullptr && gate->operands[0] == x && function->op == UnaryOp::sigmoid)
        return become(node, x, {.op = UnaryOp::swish, .alpha = 1});
      if (function == nullptr && six_of(sixth_of(*gate)) == x && x != kNoValue)
        return become(node, x, {.op = UnaryOp::hard_swish});
    }
  }

  Graph& graph_;
  std::vector<int> made_by_;
};

Status run(Graph& graph, PassContext& context) {
  if (context.fuse) Patterns(graph).run();
  return {};
}

}  // namespace

extern const PassDef kPatterns;
const PassDef kPatterns = {.name = "patterns", .what = "functions spelled out in small steps become one", .run = run};

}  // namespace walle::passes
