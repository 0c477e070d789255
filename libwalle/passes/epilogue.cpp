#include <algorithm>
#include <array>

#include "libwalle/passes/cost.h"
#include "libwalle/passes/pass.h"
#include "libwalle/passes/rewrite.h"

namespace walle::passes {
namespace {

using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::OperandView;
using graph::ValueId;

bool takes_epilogue(const Node& node) {
  if (!node.core) return false;
  const Family family = family_of(node.core->attributes);
  return family == Family::conv || family == Family::conv_transpose || family == Family::matmul;
}

bool commutes(BinaryOp op) {
  return op == BinaryOp::add || op == BinaryOp::mul || op == BinaryOp::min || op == BinaryOp::max;
}

/// Moves the elementwise node behind a contraction into its store: bias, activation, scalar, residual.
class Fusion {
 public:
  Fusion(Graph& graph, PassContext& context)
      : graph_(graph), context_(context), uses_(use_counts(graph)), outputs_(output_flags(graph)) {}

  void run() {
    std::vector<int> made_by = producers(graph_);
    std::vector<bool> gone(graph_.nodes.size(), false);
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      Node& tail = graph_.nodes[n];
      if (!tail.core || !tail.core->views.empty()) continue;
      for (size_t side = 0; side < tail.operands.size() && side < 2; ++side) {
        const ValueId between = tail.operands[side];
        if (between == kNoValue || made_by[static_cast<size_t>(between)] < 0) continue;
        const auto head = static_cast<size_t>(made_by[static_cast<size_t>(between)]);
        if (gone[head] || !fuse(graph_.nodes[head], tail, side)) continue;
        gone[head] = true;
        made_by[static_cast<size_t>(tail.results[0])] = static_cast<int>(n);
        break;
      }
    }
    std::vector<Node> kept;
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      if (!gone[n]) kept.push_back(std::move(graph_.nodes[n]));
    }
    graph_.nodes = std::move(kept);
  }

 private:
  /// On success `tail` has become the fused node.
  bool fuse(const Node& head, Node& tail, size_t side) {
    const ValueId between = head.results.empty() ? kNoValue : head.results[0];
    if (!takes_epilogue(head) || between != tail.operands[side] || uses_[static_cast<size_t>(between)] != 1 ||
        outputs_[static_cast<size_t>(between)])
      return false;
    const graph::Value& y = graph_.value(between);
    if (!y.dtype || !is_float(*y.dtype) || graph_.value(tail.results[0]).dtype != y.dtype) return false;
    if (dims_of(graph_, between) != dims_of(graph_, tail.results[0])) return false;
    Node fused;
    fused.name = tail.name;
    fused.op = head.op;
    fused.operands = head.operands;
    fused.results = tail.results;
    fused.core = head.core;
    const std::array<const Node*, 2> apart = {&head, &tail};
    if (!append(fused, head, tail, side) || !no_slower(graph_, fused, apart, context_)) return false;
    fused.name = head.name + "+" + tail.name;
    tail = std::move(fused);
    return true;
  }

  bool append(Node& fused, const Node& head, const Node& tail, size_t side) {
    if (const auto* unary = std::get_if<UnaryAttributes>(&tail.core->attributes)) {
      return fused.core->epilogue.push_back(
          {.kind = EpilogueKind::unary, .unary = unary->op, .alpha = unary->alpha, .beta = unary->beta});
    }
    const auto* binary = std::get_if<BinaryAttributes>(&tail.core->attributes);
    if (binary == nullptr || (side != 0 && !commutes(binary->op))) return false;
    const ValueId other = tail.operands[1 - side];
    if (other == tail.operands[side]) return false;
    if (const auto scalar = scalar_of(graph_, other)) {
      const bool known = commutes(binary->op) || binary->op == BinaryOp::sub || binary->op == BinaryOp::div;
      return known && fused.core->epilogue.push_back(
                          {.kind = EpilogueKind::binary_scalar, .binary = binary->op, .alpha = *scalar});
    }
    if (binary->op != BinaryOp::add) return false;
    return append_operand(fused, head, other);
  }

  bool append_operand(Node& fused, const Node& head, ValueId other) {
    const auto y = dims_of(graph_, head.results[0]);
    const auto dims = dims_of(graph_, other);
    if (!dims || graph_.value(other).dtype != graph_.value(head.results[0]).dtype) return false;
    const auto position = static_cast<int>(fused.operands.size());
    const size_t axis = family_of(head.core->attributes) == Family::matmul ? y->size() - 1 : 1;
    const bool channel = only_axis(*dims, *y, axis);
    const EpilogueKind kind = channel ? EpilogueKind::bias_channel : EpilogueKind::add_operand;
    if (!fused.core->epilogue.push_back({.kind = kind, .operand = position})) return false;
    fused.operands.push_back(other);
    if (channel) {
      fused.core->views.resize(fused.operands.size());
      fused.core->views.back() = OperandView{.offset = 0, .dims = {(*y)[axis]}, .strides = {1}};
    }
    return true;
  }

  /// True if all axes but `axis` of the result are broadcast and that one is not.
  static bool only_axis(const std::vector<int64_t>& dims, const std::vector<int64_t>& y, size_t axis) {
    const size_t lead = y.size() - dims.size();
    if (axis < lead || dims[axis - lead] != y[axis]) return false;
    for (size_t d = 0; d < dims.size(); ++d) {
      if (d + lead != axis && dims[d] != 1) return false;
    }
    return true;
  }

  Graph& graph_;
  PassContext& context_;
  std::vector<int> uses_;
  std::vector<bool> outputs_;
};

Status run(Graph& graph, PassContext& context) {
  if (context.fuse) Fusion(graph, context).run();
  return {};
}

}  // namespace

extern const PassDef kEpilogue;
const PassDef kEpilogue = {
    .name = "epilogue", .what = "bias, activation, residual into convolution and matrix product", .run = run};

}  // namespace walle::passes
