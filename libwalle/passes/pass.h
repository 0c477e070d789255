#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libwalle/graph/backend.h"
#include "libwalle/graph/op.h"

namespace walle::passes {

/// Results of constant nodes, shared by all plans of a model, so that a new shape computes and packs no weight again.
/// Keeps the operands that its keys point to. Thread-safe.
class FoldCache {
 public:
  using Tensors = std::vector<engine::Tensor>;
  [[nodiscard]] bool find(const std::string& key, Tensors& results) const;
  void keep(const std::string& key, const Tensors& operands, const Tensors& results);

 private:
  struct Entry {
    Tensors operands, results;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Entry> entries_;
};

/// What became of a raster: "alias", "merged", "shared", "absorbed", "materialised"; `bytes`: traffic saved (or done).
struct RasterFate {
  std::string node;
  std::string_view fate;
  int64_t bytes = 0;
};

/// What passes share. One for each run of a pipeline; not thread-safe.
struct PassContext {
  const graph::OpTable* ops = nullptr;
  graph::Backend* reference = nullptr;  ///< evaluates constant nodes; null: nothing is folded
  /// (optional) predicted time of a problem with the best kernel; negative if no kernel takes it.
  std::function<double(const Problem&)> cost_us;
  Precision precision = Precision::strict;
  int threads = 1;
  bool fuse = true;
  bool merge_rasters = true;
  FoldCache* folded = nullptr;  ///< (optional)
  /// Bytes that folding may still make, so that no chain of small nodes fills the memory; negative: not known yet, the
  /// first graph's constants decide.
  int64_t fold_bytes = -1;
  std::vector<RasterFate> rasters;  ///< filled by the raster passes
  /// (optional) called after each pass with its name and the graph.
  std::function<void(std::string_view, const graph::Graph&)> dump;
};

/// A pass: one const object in its own file, named after the file; pipeline.cpp lists them in order.
struct PassDef {
  std::string_view name;
  std::string_view what;  ///< one line for people
  Status (*run)(graph::Graph&, PassContext&) = nullptr;
};

/// Run once for each model, with symbolic dimensions.
[[nodiscard]] std::span<const PassDef* const> model_passes();
/// Run for each set of input shapes; afterwards each node has a core form or is a control node, whose blocks are done
/// as well.
[[nodiscard]] std::span<const PassDef* const> plan_passes();

/// The start of plan_passes, up to core forms: what a graph goes through before it is differentiated.
[[nodiscard]] std::span<const PassDef* const> lowering_passes();

/// Run before a graph is cut into stages: everything is known afterwards that can be before something is computed.
[[nodiscard]] std::span<const PassDef* const> stage_passes();
/// Remove what nobody reads.
[[nodiscard]] std::span<const PassDef* const> tidy_passes();

/// Runs the passes in order on the graph alone, not on blocks. Errors: as `run`.
[[nodiscard]] Status run_alone(std::span<const PassDef* const> passes, graph::Graph& graph, PassContext& context);

/// Runs the passes in order on the graph, then on the blocks of its control nodes. Errors: those of a pass, with the
/// node named.
[[nodiscard]] Status run(std::span<const PassDef* const> passes, graph::Graph& graph, PassContext& context);

}  // namespace walle::passes
