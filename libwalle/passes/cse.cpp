#include <cstring>
#include <map>

#include "libwalle/passes/pass.h"
#include "libwalle/passes/rewrite.h"

namespace walle::passes {
namespace {

using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

struct AttributeText {
  std::string& out;
  template <class T>
  void number(const T& v) const {
    out.append(reinterpret_cast<const char*>(&v), sizeof v);
  }
  bool operator()(int64_t v) const { return number(v), true; }
  bool operator()(float v) const { return number(v), true; }
  bool operator()(const std::string& v) const {
    number(v.size());
    out += v;
    return true;
  }
  template <class T>
  bool operator()(const std::vector<T>& v) const {
    number(v.size());
    for (const T& item : v) (*this)(item);
    return true;
  }
  bool operator()(const engine::Tensor&) const { return false; }
};

/// Text that is equal for nodes that compute the same; false if that cannot be said.
bool key_of(const Node& node, std::string& key) {
  if (!node.blocks.empty() || node.core || node.op->random) return false;
  const AttributeText text{key};
  text.number(node.op);
  for (const ValueId id : node.operands) text.number(id);
  text.number(node.results.size());
  for (const auto& [name, value] : node.attributes) {
    text(name);
    text.number(value.index());
    if (!std::visit(text, value)) return false;
  }
  return true;
}

Status run(Graph& graph, PassContext&) {
  std::map<std::string, std::vector<ValueId>> seen;
  Replacements replaced(graph.values.size());
  std::vector<Node> kept;
  for (Node& node : graph.nodes) {
    replaced.apply(node);
    std::string key;
    if (!key_of(node, key)) {
      kept.push_back(std::move(node));
      continue;
    }
    const auto [it, added] = seen.emplace(key, node.results);
    bool same = !added;
    for (size_t i = 0; same && i < node.results.size(); ++i)
      same = node.results[i] == kNoValue || it->second[i] != kNoValue;
    if (!same) {
      kept.push_back(std::move(node));
      continue;
    }
    for (size_t i = 0; i < node.results.size(); ++i) {
      if (node.results[i] != kNoValue) replaced.set(node.results[i], it->second[i]);
    }
  }
  graph.nodes = std::move(kept);
  replaced.apply_outputs(graph);
  return {};
}

}  // namespace

extern const PassDef kCse;
const PassDef kCse = {.name = "cse", .what = "nodes that compute the same become one", .run = run};

}  // namespace walle::passes
