#include <algorithm>
#include <numbers>

#include "libwalle/passes/match.h"
#include "libwalle/passes/pass.h"

namespace walle::passes {
namespace {

using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

/// Recognises activations that a model spells out in small steps.
class Patterns {
 public:
  explicit Patterns(Graph& graph) : graph_(graph), match_(graph) {}

  void run() {
    for (Node& node : graph_.nodes) {
      if (Matcher::as<BinaryAttributes>(&node) == nullptr) continue;
      if (!spelled_hard_swish(node) && !gelu(node)) gated(node);
    }
  }

 private:
  /// v if `id` is clip(v + 3, 0, 6), else kNoValue.
  [[nodiscard]] ValueId six_of(ValueId id) const {
    const Node* clip = match_.maker(id);
    const auto* unary = Matcher::as<UnaryAttributes>(clip);
    if (unary == nullptr || unary->op != UnaryOp::clip || unary->alpha != 0 || unary->beta != 6) return kNoValue;
    const Node* add = match_.maker(clip->operands[0]);
    return Matcher::is(add, BinaryOp::add) ? match_.other_than(*add, 3) : kNoValue;
  }

  bool become(Node& node, ValueId x, const UnaryAttributes& function) {
    if (x == kNoValue || !match_.same_shape(x, node.results[0])) return false;
    node.operands = {x};
    node.core->attributes = function;
    return true;
  }

  /// (x * clip(x + 3, 0, 6)) / 6 → hard_swish(x).
  bool spelled_hard_swish(Node& node) {
    const Node* mul = match_.maker(match_.scaled(node.results[0], 1.0 / 6));
    if (!Matcher::is(mul, BinaryOp::mul)) return false;
    for (size_t side = 0; side < 2; ++side) {
      const ValueId x = mul->operands[side];
      if (six_of(mul->operands[1 - side]) == x) return become(node, x, {.op = UnaryOp::hard_swish});
    }
    return false;
  }

  /// x * gate(x): hard_swish for hard_sigmoid (also spelled out), swish for sigmoid(alpha * x).
  bool gated(Node& node) {
    if (!Matcher::is(&node, BinaryOp::mul)) return false;
    for (size_t side = 0; side < 2; ++side) {
      const ValueId x = node.operands[1 - side];
      const ValueId gate = node.operands[side];
      const Node* maker = match_.maker(gate);
      const auto* function = Matcher::as<UnaryAttributes>(maker);
      if (function == nullptr) {
        if (six_of(match_.scaled(gate, 1.0 / 6)) == x) return become(node, x, {.op = UnaryOp::hard_swish});
        continue;
      }
      const ValueId inner = maker->operands[0];
      const bool hard = function->op == UnaryOp::hard_sigmoid && Matcher::near(function->alpha, 1.0 / 6) &&
                        Matcher::near(function->beta, 0.5);
      if (hard && inner == x) return become(node, x, {.op = UnaryOp::hard_swish});
      if (function->op != UnaryOp::sigmoid) continue;
      if (inner == x) return become(node, x, {.op = UnaryOp::swish, .alpha = 1});
      if (const auto alpha = factor(inner, x)) return become(node, x, {.op = UnaryOp::swish, .alpha = *alpha});
    }
    return false;
  }

  /// a if `id` is x * a with a number a.
  [[nodiscard]] std::optional<double> factor(ValueId id, ValueId x) const {
    const Node* mul = match_.maker(id);
    if (!Matcher::is(mul, BinaryOp::mul)) return std::nullopt;
    for (size_t side = 0; side < 2; ++side) {
      if (mul->operands[side] == x) return scalar_of(graph_, mul->operands[1 - side]);
    }
    return std::nullopt;
  }

  /// x * 0.5 * (1 + g(x)) in any order of the factors, with either gate of gelu.
  bool gelu(Node& node) {
    if (!Matcher::is(&node, BinaryOp::mul)) return false;
    std::vector<ValueId> factors;
    collect(node, 0, factors);
    std::optional<Gate> gate;
    double number = 1;
    std::vector<ValueId> rest;
    for (const ValueId id : factors) {
      if (const auto scalar = scalar_of(graph_, id)) {
        number *= *scalar;
      } else if (const auto found = gate ? std::nullopt : gate_of(id)) {
        gate = found;
      } else {
        rest.push_back(id);
      }
    }
    if (!gate || rest.size() != 1 || rest[0] != gate->of || !Matcher::near(number, 0.5)) return false;
    return become(node, gate->of, {.op = gate->function});
  }
  void collect(const Node& node, int depth, std::vector<ValueId>& factors) const {
    for (const ValueId id : node.operands) {
      const Node* inner = match_.maker(id);
      if (depth < 2 && Matcher::is(inner, BinaryOp::mul) && !gate_of(id))
        collect(*inner, depth + 1, factors);
      else
        factors.push_back(id);
    }
  }

  /// 1 + erf(x / √2), or 1 + tanh(√(2/π) * (x + 0.044715 * x³)).
  struct Gate {
    ValueId of = kNoValue;
    UnaryOp function{};
  };
  [[nodiscard]] std::optional<Gate> gate_of(ValueId id) const {
    const Node* add = match_.maker(id);
    if (!Matcher::is(add, BinaryOp::add)) return std::nullopt;
    const Node* inner = match_.maker(match_.other_than(*add, 1));
    ValueId x = kNoValue;
    const bool tanh = Matcher::is(inner, UnaryOp::tanh);
    if (tanh)
      x = cubic(match_.scaled(inner->operands[0], std::numbers::sqrt2 * std::numbers::inv_sqrtpi));
    else if (Matcher::is(inner, UnaryOp::erf))
      x = match_.scaled(inner->operands[0], 1 / std::numbers::sqrt2);
    if (x == kNoValue) return std::nullopt;
    return Gate{x, tanh ? UnaryOp::gelu_tanh : UnaryOp::gelu};
  }
  /// x if `id` is x + 0.044715 * x³.
  [[nodiscard]] ValueId cubic(ValueId id) const {
    const Node* add = match_.maker(id);
    if (!Matcher::is(add, BinaryOp::add)) return kNoValue;
    for (size_t side = 0; side < 2; ++side) {
      const ValueId x = add->operands[side];
      if (is_cube(match_.scaled(add->operands[1 - side], 0.044715), x)) return x;
    }
    return kNoValue;
  }
  [[nodiscard]] bool is_cube(ValueId id, ValueId x) const {
    const Node* node = match_.maker(id);
    if (Matcher::is(node, BinaryOp::pow)) {
      const auto exponent = scalar_of(graph_, node->operands[1]);
      return node->operands[0] == x && exponent && Matcher::near(*exponent, 3);
    }
    if (!Matcher::is(node, BinaryOp::mul)) return false;
    return (node->operands[0] == x && is_square(node->operands[1], x)) ||
           (node->operands[1] == x && is_square(node->operands[0], x));
  }
  [[nodiscard]] bool is_square(ValueId id, ValueId x) const {
    const Node* node = match_.maker(id);
    if (Matcher::is(node, UnaryOp::square)) return node->operands[0] == x;
    return Matcher::is(node, BinaryOp::mul) && node->operands[0] == x && node->operands[1] == x;
  }

  Graph& graph_;
  Matcher match_;
};

Status run(Graph& graph, PassContext& context) {
  if (context.fuse) Patterns(graph).run();
  return {};
}

}  // namespace

extern const PassDef kPatterns;
const PassDef kPatterns = {.name = "patterns", .what = "activations spelled out in small steps become one", .run = run};

}  // namespace walle::passes
