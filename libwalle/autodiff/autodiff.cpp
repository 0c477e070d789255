#include "libwalle/autodiff/autodiff.h"

#include <algorithm>

#include "libwalle/autodiff/rules/table.h"
#include "libwalle/autodiff/unfuse.h"

namespace walle::autodiff {
namespace {

using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::NodeView;
using graph::ValueId;

class Differentiation {
 public:
  Differentiation(Graph& graph, const graph::OpTable& ops) : graph_(graph), builder_(graph, ops, "gradient") {}

  Result<std::vector<ValueId>> run(ValueId loss, std::span<const ValueId> wrt) {
    WALLE_TRY(seed(loss));
    WALLE_TRY(unfuse(graph_));
    adjoint_.resize(graph_.values.size(), kNoValue);
    find_dependent(wrt);
    // Rules append to the graph while they read the forward nodes, which therefore lie elsewhere meanwhile.
    std::vector<Node> forward = std::move(graph_.nodes);
    graph_.nodes.clear();
    Status done;
    for (size_t n = forward.size(); n-- > 0 && done;) done = reverse(forward[n]);
    std::move(graph_.nodes.begin(), graph_.nodes.end(), std::back_inserter(forward));
    graph_.nodes = std::move(forward);
    if (!done) return fail(done.error());
    std::vector<ValueId> found;
    for (const ValueId id : wrt) found.push_back(adjoint_[static_cast<size_t>(id)]);
    return found;
  }

 private:
  /// d loss / d loss = 1.
  Status seed(ValueId loss) {
    const graph::Value& value = graph_.value(loss);
    const auto dims = value.shape ? graph::concrete(*value.shape) : std::nullopt;
    const bool one = dims && std::all_of(dims->begin(), dims->end(), [](int64_t d) { return d == 1; });
    if (!one || !value.dtype || !is_float(*value.dtype))
      return fail(ErrorCode::invalid_argument, "the loss '" + value.name + "' is not one floating-point number");
    const engine::Tensor scalar = *graph_.value(builder_.scalar(*value.dtype, 1)).constant;
    const ValueId seed = builder_.constant(WALLE_TRY(scalar.reshaped(*dims)));
    adjoint_.resize(graph_.values.size(), kNoValue);
    adjoint_[static_cast<size_t>(loss)] = seed;
    return {};
  }

  /// Marks the values that depend on one of `wrt` and are numbers that can change a little.
  void find_dependent(std::span<const ValueId> wrt) {
    dependent_.assign(graph_.values.size(), false);
    for (const ValueId id : wrt) dependent_[static_cast<size_t>(id)] = true;
    for (const Node& node : graph_.nodes) {
      const bool any = std::any_of(node.operands.begin(), node.operands.end(), [this](ValueId id) {
        return id != kNoValue && dependent_[static_cast<size_t>(id)];
      });
      if (!any) continue;
      for (const ValueId id : node.results) {
        if (id != kNoValue && graph_.value(id).dtype && is_float(*graph_.value(id).dtype))
          dependent_[static_cast<size_t>(id)] = true;
      }
    }
  }

  Status reverse(const Node& node) {
    std::vector<ValueId> of_results;
    for (const ValueId id : node.results)
      of_results.push_back(id == kNoValue ? kNoValue : adjoint_[static_cast<size_t>(id)]);
    const bool asked = std::any_of(node.operands.begin(), node.operands.end(), [this](ValueId id) {
      return id != kNoValue && dependent_[static_cast<size_t>(id)];
    });
    const bool reached = std::any_of(of_results.begin(), of_results.end(), [](ValueId id) { return id != kNoValue; });
    if (!asked || !reached) return {};
    const RuleDef& rule = *WALLE_TRY(rule_of(node));
    if (of_results[0] == kNoValue) return {};  // only indices are used
    Reverse view(node, of_results, dependent_, builder_);
    const auto gradients = WALLE_TRY(rule.reverse(view));
    for (size_t i = 0; i < node.operands.size(); ++i) {
      if (i < gradients.size() && gradients[i] != kNoValue && view.wants(i))
        WALLE_TRY(accumulate(node, node.operands[i], gradients[i]));
    }
    return {};
  }

  [[nodiscard]] Result<const RuleDef*> rule_of(const Node& node) const {
    const NodeView view(graph_, node);
    if (!node.core)
      return view.fail(ErrorCode::unsupported, "control flow cannot be differentiated; train only what comes after it");
    const Family family = family_of(node.core->attributes);
    for (const RuleDef* rule : rules()) {
      if (rule->family == family) return rule;
    }
    return view.fail(ErrorCode::unsupported, "its kernel family '" + std::string(name_of(family)) +
                                                 "' has no gradient; train only what comes after it");
  }

  Status accumulate(const Node& node, ValueId operand, ValueId gradient) {
    if (builder_.value(gradient).shape != builder_.value(operand).shape ||
        builder_.value(gradient).dtype != builder_.value(operand).dtype)
      return NodeView(graph_, node).fail(ErrorCode::internal, "a gradient has not its operand's shape");
    ValueId& sum = adjoint_[static_cast<size_t>(operand)];
    sum = sum == kNoValue ? gradient : WALLE_TRY(builder_.one("Add", {sum, gradient}));
    return {};
  }

  Graph& graph_;
  graph::GraphBuilder builder_;
  std::vector<bool> dependent_;   ///< by value of the forward graph
  std::vector<ValueId> adjoint_;  ///< by value of the forward graph: d loss / d value
};

}  // namespace

Result<std::vector<ValueId>> gradients(Graph& graph, const graph::OpTable& ops, ValueId loss,
                                       std::span<const ValueId> wrt) {
  return Differentiation(graph, ops).run(loss, wrt);
}

}  // namespace walle::autodiff
