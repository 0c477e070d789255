#include "libwalle/passes/isolate.h"

#include <map>

#include "libwalle/passes/lower.h"

namespace walle::passes {

using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

Graph isolate(const Graph& graph, const Node& node) {
  Graph alone;
  alone.symbols = graph.symbols;
  Node copy;
  copy.name = node.name;
  copy.op = node.op;
  copy.attributes = node.attributes;
  copy.core = node.core;
  for (const auto& block : node.blocks) copy.blocks.push_back(std::make_unique<Graph>(block->clone()));
  std::map<ValueId, ValueId> taken;
  for (const ValueId id : node.operands) {
    if (id == kNoValue) {
      copy.operands.push_back(kNoValue);
      continue;
    }
    const auto [it, added] = taken.emplace(id, kNoValue);
    if (added) it->second = alone.add_value(graph.value(id));
    if (added && !graph.value(id).constant) alone.inputs.push_back(it->second);
    copy.operands.push_back(it->second);
  }
  for (const ValueId id : node.results) {
    copy.results.push_back(id == kNoValue ? kNoValue : alone.add_value(graph.value(id)));
    if (id != kNoValue) alone.outputs.push_back(copy.results.back());
  }
  alone.nodes.push_back(std::move(copy));
  return alone;
}

Status can_lower(const Graph& graph, const Node& node, PassContext& context) {
  Graph alone = isolate(graph, node);
  return lower(alone, context);
}

}  // namespace walle::passes
