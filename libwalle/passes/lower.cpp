#include "libwalle/passes/lower.h"

#include <algorithm>

#include "libwalle/passes/rewrite.h"
#include "libwalle/raster/region.h"

namespace walle::passes {
namespace {

using graph::CoreForm;
using graph::Graph;
using graph::GraphBuilder;
using graph::kNoValue;
using graph::Node;
using graph::NodeView;
using graph::OpClass;
using graph::ValueId;

constexpr int kMaxDepth = 32;
/// Most nodes of a plan: scans in scans and long recurrences become one node for each step.
constexpr size_t kMaxNodes = 1 << 20;

class Lowering {
 public:
  Lowering(Graph& graph, PassContext& context) : graph_(graph), context_(context), replaced_(graph.values.size()) {}

  Status run() {
    std::vector<Node> nodes = std::move(graph_.nodes);
    graph_.nodes.clear();
    for (Node& node : nodes) {
      replaced_.apply(node);
      WALLE_TRY(lower(std::move(node), 0));
    }
    replaced_.apply_outputs(graph_);
    graph_.nodes = std::move(done_);
    return {};
  }

 private:
  tl::unexpected<Error> wrong(const Node& node, ErrorCode code, const std::string& what) const {
    return NodeView(graph_, node).fail(code, what);
  }

  Status lower(Node node, int depth) {
    if (depth > kMaxDepth) return wrong(node, ErrorCode::internal, "its decomposition does not end");
    if (done_.size() >= kMaxNodes) return wrong(node, ErrorCode::resource_exhausted, "the plan has over 2^20 nodes");
    if (WALLE_TRY(empty_results(node))) return {};
    if (node.core) {
      done_.push_back(std::move(node));
      return {};
    }
    switch (node.op->op_class) {
      case OpClass::control:
        done_.push_back(std::move(node));
        return {};
      case OpClass::container:
        return wrong(node, ErrorCode::unsupported, "sequences and optionals are not static here");
      case OpClass::host:
        return wrong(node, ErrorCode::unsupported, "the size of its result depends on data");
      case OpClass::transform:
        if (node.op->regions != nullptr) return transform(std::move(node));
        return decompose(std::move(node), depth);
      case OpClass::composite:
      case OpClass::atomic:
        return decompose(std::move(node), depth);
    }
    return wrong(node, ErrorCode::internal, "has no class");
  }

  /// Results without elements need no computation. True if nothing is left to do.
  Result<bool> empty_results(const Node& node) {
    if (node.op->op_class == OpClass::control) return false;
    for (const ValueId id : node.results) {
      if (id != kNoValue && elements_of(graph_, id) != 0) return false;
    }
    for (const ValueId id : node.results) {
      if (id == kNoValue) continue;
      graph_.value(id).constant = WALLE_TRY(engine::Tensor::empty(*graph_.value(id).dtype, *dims_of(graph_, id)));
    }
    return true;
  }

  Status decompose(Node node, int depth) {
    if (node.op->decompose != nullptr) {
      const size_t symbols = graph_.symbols.size();
      GraphBuilder builder(graph_, *context_.ops, node.name);
      const auto replacement = WALLE_TRY(node.op->decompose(NodeView(graph_, node), builder));
      (void)symbols;
      if (replacement) return replace(std::move(node), *replacement, depth);
    }
    if (node.op->atomic == nullptr)
      return wrong(node, ErrorCode::unsupported, "this build has no decomposition for this form of the operator");
    node.core = WALLE_TRY(node.op->atomic(NodeView(graph_, node)));
    done_.push_back(std::move(node));
    return {};
  }

  Status replace(Node node, const std::vector<ValueId>& values, int depth) {
    std::vector<Node> made = std::move(graph_.nodes);
    graph_.nodes.clear();
    for (Node& part : made) {
      replaced_.apply(part);
      WALLE_TRY(lower(std::move(part), depth + 1));
    }
    for (size_t i = 0; i < node.results.size(); ++i) {
      if (node.results[i] == kNoValue) continue;
      if (i >= values.size() || values[i] == kNoValue)
        return wrong(node, ErrorCode::unsupported, "its decomposition does not make result " + std::to_string(i));
      replaced_.set(node.results[i], replaced_.resolve(values[i]));
    }
    return {};
  }

  Status transform(Node node) {
    for (size_t r = 0; r < node.results.size(); ++r) {
      if (node.results[r] == kNoValue) continue;
      Node part;
      part.name = node.results.size() == 1 ? node.name : node.name + ":" + std::to_string(r);
      part.op = node.op;
      part.results = {node.results[r]};
      CoreForm core{.attributes = RasterAttributes{}, .epilogue = {}, .regions = {}, .views = {}};
      core.regions = WALLE_TRY(node.op->regions(NodeView(graph_, node), r));
      part.operands = node.operands;
      part.core = std::move(core);
      const Status whole = check(part);
      if (!whole) return wrong(node, whole.error().code, whole.error().message);
      prune(part);
      done_.push_back(std::move(part));
    }
    return {};
  }

  [[nodiscard]] Status check(const Node& node) const {
    std::vector<int64_t> counts;
    for (const ValueId id : node.operands) counts.push_back(id == kNoValue ? 0 : elements_of(graph_, id));
    return raster::verify(node.core->regions, counts, elements_of(graph_, node.results[0]));
  }

  /// Leaves only the operands that regions read.
  static void prune(Node& node) {
    std::vector<ValueId> kept;
    std::vector<int> position(node.operands.size(), -1);
    const auto keep = [&](int& source) {
      int& at = position[static_cast<size_t>(source)];
      if (at < 0) {
        at = static_cast<int>(kept.size());
        kept.push_back(node.operands[static_cast<size_t>(source)]);
      }
      source = at;
    };
    for (Region& region : node.core->regions) {
      if (region.source != Region::kFill) keep(region.source);
      if (region.indexed) keep(region.indexed->operand);
    }
    node.operands = std::move(kept);
  }

  Graph& graph_;
  PassContext& context_;
  Replacements replaced_;
  std::vector<Node> done_;
};

/// Regions of all rasters in canonical form, where order does not matter.
void canonicalise(Graph& graph) {
  for (Node& node : graph.nodes) {
    if (!node.core || family_of(node.core->attributes) != Family::raster) continue;
    int64_t written = 0;
    for (const Region& region : node.core->regions) written += raster::count(region);
    if (written <= elements_of(graph, node.results[0])) raster::canonicalise(node.core->regions);
  }
}

}  // namespace

Status lower(Graph& graph, PassContext& context) {
  WALLE_TRY(Lowering(graph, context).run());
  canonicalise(graph);
  return {};
}

extern const PassDef kLower;
const PassDef kLower = {.name = "lower", .what = "decompose to kernel families and rasters", .run = lower};

}  // namespace walle::passes
