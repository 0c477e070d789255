#include <cmath>

#include "libwalle/passes/pass.h"
#include "libwalle/passes/rewrite.h"

namespace walle::passes {
namespace {

using graph::Graph;
using graph::Node;
using graph::ValueId;

const UnaryAttributes* unary(const Node& node) {
  return node.core ? std::get_if<UnaryAttributes>(&node.core->attributes) : nullptr;
}
bool near(double a, double b) { return std::abs(a - b) < 1e-6; }

/// x * gate(x) as one function, if it is one.
std::optional<UnaryAttributes> gated(const UnaryAttributes& gate) {
  if (gate.op == UnaryOp::hard_sigmoid && near(gate.alpha, 1.0 / 6) && near(gate.beta, 0.5))
    return UnaryAttributes{.op = UnaryOp::hard_swish};
  if (gate.op == UnaryOp::sigmoid) return UnaryAttributes{.op = UnaryOp::swish, .alpha = 1};
  return std::nullopt;
}

/// y = x * hard_sigmoid(x) → hard_swish(x); y = x * sigmoid(x) → swish(x).
Status run(Graph& graph, PassContext& context) {
  if (!context.fuse) return {};
  const std::vector<int> made_by = producers(graph);
  for (Node& node : graph.nodes) {
    const auto* binary = node.core ? std::get_if<BinaryAttributes>(&node.core->attributes) : nullptr;
    if (binary == nullptr || binary->op != BinaryOp::mul) continue;
    for (size_t side = 0; side < 2; ++side) {
      const int made = made_by[static_cast<size_t>(node.operands[side])];
      if (made < 0) continue;
      const Node& gate = graph.nodes[static_cast<size_t>(made)];
      const UnaryAttributes* function = unary(gate);
      if (function == nullptr || gate.operands[0] != node.operands[1 - side]) continue;
      const auto replacement = gated(*function);
      if (!replacement) continue;
      const ValueId x = gate.operands[0];
      node.operands = {x};
      node.core->attributes = *replacement;
      break;
    }
  }
  return {};
}

}  // namespace

extern const PassDef kPatterns;
const PassDef kPatterns = {.name = "patterns", .what = "x * gate(x) becomes one function", .run = run};

}  // namespace walle::passes
