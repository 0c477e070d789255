#include <algorithm>

#include "libwalle/passes/cost.h"
#include "libwalle/passes/pass.h"
#include "libwalle/passes/rewrite.h"
#include "libwalle/raster/region.h"

namespace walle::passes {
namespace {

using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::OperandView;
using graph::ValueId;

bool is_raster(const Node& node) { return node.core && family_of(node.core->attributes) == Family::raster; }

/// Absorbs rasters that are strided views of one operand into the kernels that read them, where that is predicted to be
/// no slower than copying first.
class Views {
 public:
  Views(Graph& graph, PassContext& context)
      : graph_(graph), context_(context), outputs_(output_flags(graph)), readers_(graph.values.size()) {
    for (size_t n = 0; n < graph.nodes.size(); ++n) {
      for (const ValueId id : graph.nodes[n].operands) {
        if (id != graph::kNoValue && (of(id).empty() || of(id).back() != n)) of(id).push_back(n);
      }
    }
  }

  void run() {
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      const Node& raster = graph_.nodes[n];
      if (!is_raster(raster) || raster.operands.size() != 1 || outputs_[static_cast<size_t>(raster.results[0])])
        continue;
      const ValueId id = raster.results[0];
      if (raster::identity(raster.core->regions, elements_of(graph_, raster.operands[0])) &&
          elements_of(graph_, raster.operands[0]) == elements_of(graph_, id))
        continue;
      if (bits_of(*graph_.value(id).dtype) < 8) continue;
      const auto dims = dims_of(graph_, id);
      if (!dims) continue;
      const auto view = raster::as_view(raster.core->regions, *dims);
      if (view) absorb(n, OperandView{.offset = view->offset, .dims = view->dims, .strides = view->strides});
    }
  }

 private:
  void absorb(size_t n, const OperandView& view) {
    const Node& raster = graph_.nodes[n];
    const ValueId id = raster.results[0];
    const std::vector<size_t> readers = of(id);
    for (const size_t c : readers) {
      if (!graph_.nodes[c].core || is_raster(graph_.nodes[c])) return;  // the copy is needed anyway
    }
    double dense = predicted_us(graph_, raster, context_);
    double strided = 0;
    std::vector<Node> changed;
    for (const size_t c : readers) {
      changed.push_back(with_view(graph_.nodes[c], id, raster.operands[0], view));
      const double own = predicted_us(graph_, changed.back(), context_);
      if (own < 0) return;
      strided += own;
      dense += predicted_us(graph_, graph_.nodes[c], context_);
    }
    if (strided > dense) return;
    for (size_t i = 0; i < readers.size(); ++i) {
      graph_.nodes[readers[i]] = std::move(changed[i]);
      of(raster.operands[0]).push_back(readers[i]);
    }
    of(id).clear();
    context_.rasters.push_back(
        {raster.name, "absorbed", 2 * bytes_of(*graph_.value(id).dtype, elements_of(graph_, id))});
  }

  [[nodiscard]] static Node with_view(const Node& node, ValueId from, ValueId to, const OperandView& view) {
    Node changed;
    changed.name = node.name;
    changed.op = node.op;
    changed.operands = node.operands;
    changed.results = node.results;
    changed.core = node.core;
    changed.core->views.resize(node.operands.size());
    for (size_t i = 0; i < node.operands.size(); ++i) {
      if (node.operands[i] != from) continue;
      OperandView own = view;
      if (node.core->views.size() > i && node.core->views[i]) {
        // The reader sees a dense value through its own view already (a bias of shape [1, C, 1, 1] as [C]).
        own = *node.core->views[i];
        if (!compose(own, view)) return node_refused(node);
      }
      changed.operands[i] = to;
      changed.core->views[i] = own;
    }
    return changed;
  }

  static Node node_refused(const Node& node) {
    Node refused;
    refused.name = node.name;
    refused.op = node.op;
    return refused;
  }

  /// A view of a view: only where the inner one has a single axis that is not 1.
  static bool compose(OperandView& own, const OperandView& inner) {
    int64_t stride = 0;
    int axes = 0;
    for (size_t d = 0; d < inner.dims.size(); ++d) {
      if (inner.dims[d] == 1) continue;
      stride = inner.strides[d];
      ++axes;
    }
    if (axes > 1) return false;
    own.offset = inner.offset + own.offset * stride;
    for (int64_t& s : own.strides) s *= stride;
    return true;
  }

  /// The nodes that read a value, each once.
  std::vector<size_t>& of(ValueId id) { return readers_[static_cast<size_t>(id)]; }

  Graph& graph_;
  PassContext& context_;
  std::vector<bool> outputs_;
  std::vector<std::vector<size_t>> readers_;
};

Status run(Graph& graph, PassContext& context) {
  if (context.merge_rasters) Views(graph, context).run();
  return {};
}

}  // namespace

extern const PassDef kViews;
const PassDef kViews = {
    .name = "views", .what = "rasters that are strided views become strides of their readers", .run = run};

}  // namespace walle::passes
