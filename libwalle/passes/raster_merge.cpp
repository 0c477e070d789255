#include <algorithm>

#include "libwalle/passes/pass.h"
#include "libwalle/passes/rewrite.h"
#include "libwalle/raster/compose.h"

namespace walle::passes {
namespace {

using graph::Graph;
using graph::Node;
using graph::ValueId;

bool is_raster(const Node& node) { return node.core && family_of(node.core->attributes) == Family::raster; }

/// Regions of a producer may be composed if they write no element twice.
bool disjoint(const Graph& graph, const Node& node) {
  int64_t written = 0;
  for (const Region& region : node.core->regions) written += raster::count(region);
  return written <= elements_of(graph, node.results[0]);
}

class Merge {
 public:
  Merge(Graph& graph, PassContext& context)
      : graph_(graph), context_(context), made_by_(producers(graph)), uses_(use_counts(graph)) {}

  void run() {
    for (Node& node : graph_.nodes) {
      if (!is_raster(node)) continue;
      for (bool changed = true; changed;) {
        changed = false;
        for (size_t p = 0; p < node.operands.size() && !changed; ++p) changed = merge(node, p);
      }
    }
  }

 private:
  /// Tries to read through the raster that makes operand p.
  bool merge(Node& node, size_t p) {
    const ValueId between = node.operands[p];
    const int made = made_by_[static_cast<size_t>(between)];
    if (made < 0) return false;
    const Node& producer = graph_.nodes[static_cast<size_t>(made)];
    if (!is_raster(producer) || !disjoint(graph_, producer)) return false;
    // An alias of a value that is made anyway costs nothing; do not turn it into a second copy.
    const bool alias = raster::identity(node.core->regions, elements_of(graph_, between)).has_value();
    if (alias && uses_[static_cast<size_t>(between)] > 1) return false;
    std::vector<ValueId> operands = node.operands;
    raster::Regions merged;
    for (const Region& region : node.core->regions) {
      if (region.indexed && static_cast<size_t>(region.indexed->operand) == p) return false;
      if (region.source != static_cast<int>(p)) {
        merged.push_back(region);
        continue;
      }
      auto pieces = raster::compose(region, producer.core->regions);
      if (!pieces) return false;
      for (Region& piece : *pieces) {
        if (piece.source != Region::kFill)
          piece.source = position(operands, producer.operands[static_cast<size_t>(piece.source)]);
        merged.push_back(piece);
      }
      if (merged.size() > raster::kMaxPieces) return false;
    }
    commit(node, between, producer, std::move(operands), std::move(merged));
    return true;
  }

  static int position(std::vector<ValueId>& operands, ValueId id) {
    const auto it = std::find(operands.begin(), operands.end(), id);
    if (it == operands.end()) operands.push_back(id);
    return static_cast<int>(std::find(operands.begin(), operands.end(), id) - operands.begin());
  }

  void commit(Node& node, ValueId between, const Node& producer, std::vector<ValueId> operands,
              raster::Regions merged) {
    for (const ValueId id : node.operands) --uses_[static_cast<size_t>(id)];
    std::vector<int> used(operands.size(), -1);
    std::vector<ValueId> kept;
    const auto keep = [&](int& source) {
      int& at = used[static_cast<size_t>(source)];
      if (at < 0) {
        at = static_cast<int>(kept.size());
        kept.push_back(operands[static_cast<size_t>(source)]);
      }
      source = at;
    };
    for (Region& region : merged) {
      if (region.source != Region::kFill) keep(region.source);
      if (region.indexed) keep(region.indexed->operand);
    }
    raster::canonicalise(merged);
    node.core->regions = std::move(merged);
    node.operands = std::move(kept);
    for (const ValueId id : node.operands) ++uses_[static_cast<size_t>(id)];
    if (uses_[static_cast<size_t>(between)] == 0) {
      context_.rasters.push_back(
          {producer.name, "merged", 2 * bytes_of(*graph_.value(between).dtype, elements_of(graph_, between))});
    }
  }

  Graph& graph_;
  PassContext& context_;
  std::vector<int> made_by_, uses_;
};

Status run(Graph& graph, PassContext& context) {
  if (context.merge_rasters) Merge(graph, context).run();
  return {};
}

}  // namespace

extern const PassDef kRasterMerge;
const PassDef kRasterMerge = {
    .name = "raster_merge", .what = "a raster of a raster becomes one (vertical merge)", .run = run};

}  // namespace walle::passes
