#include "libwalle/session/stage_cut.h"

#include <algorithm>
#include <set>

#include "libwalle/graph/op.h"
#include "libwalle/passes/rewrite.h"

namespace walle::session {
namespace {

using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

/// Most elements of an input whose value decides a shape.
constexpr int64_t kMostDeciding = 1024;
/// The same where it does so through other small integers.
constexpr int64_t kMostInChain = 64;

class Cutter {
 public:
  Cutter(const Graph& graph, const Trial& trial)
      : graph_(graph),
        trial_(trial),
        there_(graph.values.size(), false),
        input_(graph.values.size(), false),
        producer_(passes::producers(graph)) {}

  Cut run() {
    for (const ValueId id : graph_.inputs) input_[static_cast<size_t>(id)] = true;
    for (size_t v = 0; v < graph_.values.size(); ++v) {
      there_[v] = graph_.values[v].constant || (input_[v] && passes::elements_of(graph_, static_cast<ValueId>(v)) >= 0);
    }
    for (const Node& node : graph_.nodes) add(node);
    return std::move(cut_);
  }

 private:
  void add(const Node& node) {
    const bool ready = !has_no_plan(graph_, node) &&
                       std::all_of(node.operands.begin(), node.operands.end(),
                                   [&](ValueId id) { return id == kNoValue || there_[static_cast<size_t>(id)]; });
    const Status planned = ready ? try_plan(node) : Status(fail(ErrorCode::unsupported, ""));
    cut_.planned.push_back(planned.has_value());
    cut_.refused.push_back(ready && !planned);
    for (const ValueId id : node.results) {
      if (id != kNoValue && planned) there_[static_cast<size_t>(id)] = true;
    }
    if (cut_.refused.back() && !cut_.obstacle) cut_.obstacle = planned.error();
    // A branch (control that is not carried out) becomes its block once the condition is known, whatever else is.
    const bool branch = !node.blocks.empty() && !planned;
    if (node.op->carry_out == nullptr && (cut_.refused.back() || branch)) want(node);
  }

  Status try_plan(const Node& node) {
    for (const ValueId id : node.results) {
      if (id == kNoValue || (graph_.value(id).dtype && passes::elements_of(graph_, id) >= 0)) continue;
      return graph::NodeView(graph_, node)
          .fail(ErrorCode::unsupported, "the shape of its result '" + graph_.value(id).name + "' is not known");
    }
    return trial_(graph_, node);
  }

  /// Inputs that the node reads or that its operands are made of by way of small integers.
  void want(const Node& node) {
    const auto captures = graph::attribute_int(node.attributes, "captures", 0).value_or(0);
    const size_t own =
        node.operands.size() - std::min(node.operands.size(), static_cast<size_t>(std::max<int64_t>(captures, 0)));
    for (size_t i = 0; i < own; ++i) {
      if (node.operands[i] == kNoValue) continue;
      std::set<ValueId> seen;
      if (!sources(node.operands[i], kMostDeciding, 0, seen)) continue;
      std::copy_if(seen.begin(), seen.end(), std::back_inserter(cut_.wanted),
                   [&](ValueId id) { return input_[static_cast<size_t>(id)]; });
    }
  }

  /// Adds what a value is made of, up to inputs; false if it cannot be told from small values alone.
  bool sources(ValueId id, int64_t most, int depth, std::set<ValueId>& seen) const {
    constexpr int kMostDepth = 64;
    const graph::Value& value = graph_.value(id);
    if (value.constant || seen.contains(id)) return true;
    if (!there_[static_cast<size_t>(id)] || depth > kMostDepth) return false;
    if (value.shape->size() > 1 || passes::elements_of(graph_, id) > most) return false;
    seen.insert(id);
    if (input_[static_cast<size_t>(id)]) return true;
    const int made = producer_[static_cast<size_t>(id)];
    if (made < 0 || is_float(*value.dtype)) return false;
    const Node& node = graph_.nodes[static_cast<size_t>(made)];
    return node.blocks.empty() && std::all_of(node.operands.begin(), node.operands.end(), [&](ValueId operand) {
             return operand == kNoValue || sources(operand, kMostInChain, depth + 1, seen);
           });
  }

  const Graph& graph_;
  const Trial& trial_;
  std::vector<bool> there_;  ///< by value: it exists once what is planned has run, with a concrete shape
  std::vector<bool> input_;
  std::vector<int> producer_;
  Cut cut_;
};

}  // namespace

bool has_no_plan(const Graph& graph, const Node& node) {
  const auto container = [&](ValueId id) { return id != kNoValue && graph.value(id).kind != graph::ValueKind::tensor; };
  return node.op->op_class == graph::OpClass::container || node.op->op_class == graph::OpClass::host ||
         std::any_of(node.operands.begin(), node.operands.end(), container) ||
         std::any_of(node.results.begin(), node.results.end(), container);
}

Cut find_cut(const Graph& graph, const Trial& trial) { return Cutter(graph, trial).run(); }

}  // namespace walle::session
