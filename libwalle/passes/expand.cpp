#include <algorithm>
#include <deque>

#include "libwalle/passes/pass.h"
#include "libwalle/passes/rewrite.h"

namespace walle::passes {
namespace {

using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::NodeView;
using graph::ValueId;

/// How often formulas may stand inside one another.
constexpr int kMaxDepth = 32;

/// Replaces composite nodes whose operands have concrete shapes but whose results' sizes depend on data by their
/// formula, where it can be written down all the same (NonZero: all but its last steps have fixed sizes).
class Expansion {
 public:
  Expansion(Graph& graph, PassContext& context) : graph_(graph), context_(context), replaced_(graph.values.size()) {}

  Status run() {
    std::deque<Entry> pending;
    for (Node& node : graph_.nodes) pending.push_back({std::move(node), 0});
    graph_.nodes.clear();
    while (!pending.empty()) {
      Entry entry = std::move(pending.front());
      pending.pop_front();
      replaced_.apply(entry.node);
      auto made = entry.depth < kMaxDepth && open(entry.node) ? WALLE_TRY(formula(entry.node)) : std::vector<Node>();
      if (made.empty()) {
        done_.push_back(std::move(entry.node));
        continue;
      }
      for (size_t i = made.size(); i-- > 0;) pending.push_front({std::move(made[i]), entry.depth + 1});
    }
    graph_.nodes = std::move(done_);
    replaced_.apply_outputs(graph_);
    return {};
  }

 private:
  struct Entry {
    Node node;
    int depth = 0;
  };

  /// Concrete operands, a result that is not.
  [[nodiscard]] bool open(const Node& node) const {
    if (node.core || node.op->op_class != graph::OpClass::composite || node.op->decompose == nullptr) return false;
    for (const ValueId id : node.operands) {
      if (id != kNoValue && elements_of(graph_, id) < 0) return false;
    }
    return std::any_of(node.results.begin(), node.results.end(),
                       [&](ValueId id) { return id != kNoValue && elements_of(graph_, id) < 0; });
  }

  /// The nodes that take the node's place; none where the formula itself needs what is not known.
  Result<std::vector<Node>> formula(const Node& node) {
    graph::GraphBuilder builder(graph_, *context_.ops, node.name);
    const auto values = node.op->decompose(NodeView(graph_, node), builder);
    std::vector<Node> made = std::move(graph_.nodes);
    graph_.nodes.clear();
    if (!values && values.error().code != ErrorCode::unsupported) return fail(values.error());
    if (!values || !*values) return std::vector<Node>();
    for (size_t i = 0; i < node.results.size() && i < (*values)->size(); ++i) {
      if (node.results[i] != kNoValue) replaced_.set(node.results[i], replaced_.resolve((**values)[i]));
    }
    return made;
  }

  Graph& graph_;
  PassContext& context_;
  Replacements replaced_;
  std::vector<Node> done_;
};

Status run(Graph& graph, PassContext& context) { return Expansion(graph, context).run(); }

}  // namespace

extern const PassDef kExpand;
const PassDef kExpand = {
    .name = "expand", .what = "formulas whose last step alone has a size that depends on data", .run = run};

}  // namespace walle::passes
