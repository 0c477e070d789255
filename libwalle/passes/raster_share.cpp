#include <unordered_map>

#include "libwalle/passes/pass.h"
#include "libwalle/passes/rewrite.h"
#include "libwalle/raster/region.h"

namespace walle::passes {
namespace {

using graph::Graph;
using graph::Node;
using graph::ValueId;

bool is_raster(const Node& node) { return node.core && family_of(node.core->attributes) == Family::raster; }

/// Of regions and operands: many rasters have the same regions (a million slices of as many rows).
size_t hash_of(const Node& node) {
  size_t hash = raster::hash(node.core->regions);
  for (const ValueId id : node.operands) hash = hash * 1099511628211U + static_cast<size_t>(id);
  return hash;
}

/// Horizontal merge: of rasters with equal canonical regions over the same operands one is kept.
Status run(Graph& graph, PassContext& context) {
  if (!context.merge_rasters) return {};
  std::unordered_multimap<size_t, size_t> seen;  // hash → index in kept
  Replacements replaced(graph.values.size());
  std::vector<Node> kept;
  for (Node& node : graph.nodes) {
    replaced.apply(node);
    if (!is_raster(node)) {
      kept.push_back(std::move(node));
      continue;
    }
    const size_t hash = hash_of(node);
    const graph::Value& value = graph.value(node.results[0]);
    bool shared = false;
    for (auto [it, end] = seen.equal_range(hash); it != end && !shared; ++it) {
      const Node& other = kept[it->second];
      const graph::Value& made = graph.value(other.results[0]);
      if (other.operands != node.operands || other.core->regions != node.core->regions || made.shape != value.shape ||
          made.dtype != value.dtype)
        continue;
      replaced.set(node.results[0], other.results[0]);
      context.rasters.push_back({node.name, "shared", 2 * bytes_of(*value.dtype, elements_of(graph, node.results[0]))});
      shared = true;
    }
    if (shared) continue;
    seen.emplace(hash, kept.size());
    kept.push_back(std::move(node));
  }
  graph.nodes = std::move(kept);
  replaced.apply_outputs(graph);
  return {};
}

}  // namespace

extern const PassDef kRasterShare;
const PassDef kRasterShare = {
    .name = "raster_share", .what = "equal rasters become one (horizontal merge)", .run = run};

}  // namespace walle::passes
