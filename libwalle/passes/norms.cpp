#include <array>

#include "libwalle/passes/cost.h"
#include "libwalle/passes/match.h"
#include "libwalle/passes/pass.h"

namespace walle::passes {
namespace {

using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

/// Normalisation spelled out: d = x - mean(x), or x itself (rms); y = d / √(mean(d²) + ε), then * scale + bias where
/// given.
class Norms {
 public:
  Norms(Graph& graph, PassContext& context)
      : graph_(graph), context_(context), match_(graph), uses_(use_counts(graph)) {}

  void run() {
    for (Node& node : graph_.nodes) {
      if (Matcher::as<BinaryAttributes>(&node) == nullptr) continue;
      if (!normalise(node)) extend(node);
    }
  }

 private:
  /// The operand of a mean over the last axes, and its first axis; nullopt if `id` is none.
  struct Mean {
    ValueId of = kNoValue;
    int32_t axis = 0;
  };
  [[nodiscard]] std::optional<Mean> mean_of(ValueId id) const {
    const Node* node = match_.maker(id);
    const auto* reduce = Matcher::as<ReduceAttributes>(node);
    if (reduce == nullptr || reduce->op != ReduceOp::mean) return std::nullopt;
    const auto dims = dims_of(graph_, node->operands[0]);
    if (!dims || dims->empty() || dims->size() > 31) return std::nullopt;
    const auto rank = static_cast<int32_t>(dims->size());
    int32_t axis = rank;
    while (axis > 0 && (reduce->axes_mask >> (axis - 1) & 1U) != 0) --axis;
    const uint32_t expected = (1U << rank) - (1U << axis);
    if (axis == rank || reduce->axes_mask != expected) return std::nullopt;
    return Mean{node->operands[0], axis};
  }

  /// d if `id` is d², d * d.
  [[nodiscard]] ValueId square_of(ValueId id) const {
    const Node* node = match_.maker(id);
    if (Matcher::is(node, UnaryOp::square)) return node->operands[0];
    if (Matcher::is(node, BinaryOp::mul) && node->operands[0] == node->operands[1]) return node->operands[0];
    return kNoValue;
  }

  /// √(v + ε): v and ε.
  [[nodiscard]] std::optional<std::pair<ValueId, double>> deviation(ValueId id) const {
    const Node* root = match_.maker(id);
    const Node* add = Matcher::is(root, UnaryOp::sqrt) ? match_.maker(root->operands[0]) : nullptr;
    if (!Matcher::is(add, BinaryOp::add)) return std::nullopt;
    for (size_t side = 0; side < 2; ++side) {
      if (const auto epsilon = scalar_of(graph_, add->operands[side]))
        return std::pair(add->operands[1 - side], *epsilon);
    }
    return std::nullopt;
  }

  /// d / √(v + ε) or d * (1 / √(v + ε)).
  struct Ratio {
    ValueId of = kNoValue, variance = kNoValue;
    double epsilon = 0;
  };
  [[nodiscard]] std::optional<Ratio> ratio(const Node& node) const {
    const bool div = Matcher::is(&node, BinaryOp::div);
    if (!div && !Matcher::is(&node, BinaryOp::mul)) return std::nullopt;
    for (size_t side = 0; side < 2; ++side) {
      if (div && side == 0) continue;
      const Node* inverse = match_.maker(node.operands[side]);
      if (!div && !Matcher::is(inverse, UnaryOp::reciprocal)) continue;
      const auto root = deviation(div ? node.operands[side] : inverse->operands[0]);
      if (root) return Ratio{node.operands[1 - side], root->first, root->second};
    }
    return std::nullopt;
  }

  /// x if d is x - mean(x) over the axes from `axis` on, else kNoValue.
  [[nodiscard]] ValueId centred(ValueId d, int32_t axis) const {
    const Node* difference = match_.maker(d);
    if (!Matcher::is(difference, BinaryOp::sub)) return kNoValue;
    const auto mean = mean_of(difference->operands[1]);
    return mean && mean->axis == axis && mean->of == difference->operands[0] ? mean->of : kNoValue;
  }

  bool normalise(Node& node) {
    const auto found = ratio(node);
    const auto variance = found ? mean_of(found->variance) : std::nullopt;
    if (!variance || square_of(variance->of) != found->of) return false;
    const ValueId around_mean = centred(found->of, variance->axis);
    const bool rms = around_mean == kNoValue;
    const ValueId x = rms ? found->of : around_mean;
    if (!match_.same_shape(x, node.results[0]) || graph_.value(x).dtype != graph_.value(node.results[0]).dtype)
      return false;
    node.operands = {x};
    node.core->attributes = NormAttributes{.axis = variance->axis, .epsilon = found->epsilon, .rms = rms};
    return true;
  }

  /// norm(x) * scale, and norm(x) * scale + bias: into the norm's operands.
  void extend(Node& node) {
    const bool mul = Matcher::is(&node, BinaryOp::mul);
    if (!mul && !Matcher::is(&node, BinaryOp::add)) return;
    for (size_t side = 0; side < 2; ++side) {
      const ValueId between = node.operands[side];
      const Node* norm = match_.maker(between);
      const auto* attributes = Matcher::as<NormAttributes>(norm);
      if (attributes == nullptr || uses_[static_cast<size_t>(between)] != 1) continue;
      const ValueId other = node.operands[1 - side];
      if (norm->operands.size() != (mul ? 1U : 2U) || !graph_.value(other).constant) continue;
      if (!match_.same_shape(norm->operands[0], node.results[0])) continue;
      Node fused;
      fused.name = node.name;
      fused.op = node.op;
      fused.results = node.results;
      fused.operands = norm->operands;
      fused.operands.push_back(other);
      fused.core = norm->core;
      const std::array<const Node*, 2> apart = {norm, &node};
      if (!no_slower(graph_, fused, apart, context_)) continue;
      node.operands = fused.operands;
      node.core = fused.core;
      return;
    }
  }

  Graph& graph_;
  PassContext& context_;
  Matcher match_;
  std::vector<int> uses_;
};

Status run(Graph& graph, PassContext& context) {
  if (context.fuse) Norms(graph, context).run();
  return {};
}

}  // namespace

extern const PassDef kNorms;
const PassDef kNorms = {.name = "norms", .what = "layer and rms normalisation spelled out become one", .run = run};

}  // namespace walle::passes
