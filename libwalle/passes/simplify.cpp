#include "libwalle/passes/pass.h"
#include "libwalle/passes/rewrite.h"

namespace walle::passes {
namespace {

using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

/// The operand that the node passes through unchanged (x * 1, x + 0, x - 0, x / 1, x ^ 1), or kNoValue.
ValueId unchanged(const Graph& graph, const Node& node, BinaryOp op) {
  for (size_t side = 0; side < 2; ++side) {
    const bool right = side == 1;
    const auto scalar = scalar_of(graph, node.operands[side]);
    if (!scalar) continue;
    const bool one = *scalar == 1 && (op == BinaryOp::mul || (right && (op == BinaryOp::div || op == BinaryOp::pow)));
    const bool zero = *scalar == 0 && right && op == BinaryOp::sub;
    const ValueId x = node.operands[1 - side];
    if ((one || zero) && dims_of(graph, x) == dims_of(graph, node.results[0]) &&
        graph.value(x).dtype == graph.value(node.results[0]).dtype)
      return x;
  }
  return kNoValue;
}

/// x ^ 2 → x², x ^ 0.5 → √x.
void cheaper_power(const Graph& graph, Node& node) {
  const auto exponent = scalar_of(graph, node.operands[1]);
  const auto dtype = graph.value(node.results[0]).dtype;
  if (!exponent || !dtype || !is_float(*dtype) || dims_of(graph, node.operands[0]) != dims_of(graph, node.results[0]))
    return;
  if (*exponent != 2 && *exponent != 0.5) return;
  node.core->attributes = UnaryAttributes{.op = *exponent == 2 ? UnaryOp::square : UnaryOp::sqrt};
  node.operands.pop_back();
}

Status run(Graph& graph, PassContext& context) {
  if (!context.fuse) return {};
  Replacements replaced(graph.values.size());
  std::vector<Node> kept;
  for (Node& node : graph.nodes) {
    replaced.apply(node);
    const auto* binary = node.core ? std::get_if<BinaryAttributes>(&node.core->attributes) : nullptr;
    const ValueId same = binary == nullptr ? kNoValue : unchanged(graph, node, binary->op);
    if (same != kNoValue) {
      replaced.set(node.results[0], same);
      continue;
    }
    if (binary != nullptr && binary->op == BinaryOp::pow) cheaper_power(graph, node);
    kept.push_back(std::move(node));
  }
  graph.nodes = std::move(kept);
  replaced.apply_outputs(graph);
  return {};
}

}  // namespace

extern const PassDef kSimplify;
const PassDef kSimplify = {.name = "simplify", .what = "x * 1, x / 1, x ^ 2 and the like", .run = run};

}  // namespace walle::passes
