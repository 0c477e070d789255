#include "libwalle/passes/pass.h"
#include "libwalle/passes/rewrite.h"

namespace walle::passes {
namespace {

using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

/// Removes nodes whose results nobody reads. Values stay (ids are stable), but constants that nobody reads let go.
Status run(Graph& graph, PassContext&) {
  std::vector<bool> live(graph.values.size(), false);
  for (const ValueId id : graph.outputs) live[static_cast<size_t>(id)] = true;
  std::vector<bool> keep(graph.nodes.size(), false);
  for (size_t n = graph.nodes.size(); n-- > 0;) {
    const Node& node = graph.nodes[n];
    bool needed = false;
    for (const ValueId id : node.results) needed = needed || (id != kNoValue && live[static_cast<size_t>(id)]);
    if (!needed) continue;
    keep[n] = true;
    for (const ValueId id : node.operands) {
      if (id != kNoValue) live[static_cast<size_t>(id)] = true;
    }
  }
  std::vector<Node> kept;
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    if (keep[n]) kept.push_back(std::move(graph.nodes[n]));
  }
  graph.nodes = std::move(kept);
  for (const ValueId id : graph.inputs) live[static_cast<size_t>(id)] = true;
  for (size_t v = 0; v < graph.values.size(); ++v) {
    if (!live[v]) graph.values[v].constant.reset();
  }
  return {};
}

}  // namespace

extern const PassDef kDce;
const PassDef kDce = {.name = "dce", .what = "remove nodes whose results nobody reads", .run = run};

}  // namespace walle::passes
