#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <walle/engine/model.h>
#include <walle/engine/session.h>

#include "libwalle/graph/op.h"

namespace walle::session {

/// A model out of a graph in memory (an imported ONNX file). The graph is verified. budget: as Model::map. Errors:
/// those of graph::verify; unsupported if an input is no tensor of a known type; resource_exhausted by the budget.
[[nodiscard]] Result<std::shared_ptr<const engine::Model>> model_from_graph(
    graph::Graph graph, std::shared_ptr<engine::MemoryBudget> budget = nullptr);

/// Runs a graph once and returns every value that its nodes make and that still exists by name before fusion, in the
/// order of the nodes: for `walle-model diff`. Values without a static shape or inside blocks are left out.
[[nodiscard]] Result<std::vector<std::pair<std::string, engine::Tensor>>> run_all_values(
    graph::Graph graph, std::span<const engine::NamedValue> inputs, const engine::SessionOptions& options);

/// Calls `show` with the graph after each pass of making a plan for these inputs, for `walle-model explain --passes`.
/// A model that runs in stages is run once, with all passes of all stages.
[[nodiscard]] Status trace_passes(const engine::Model& model, std::span<const engine::NamedValue> inputs,
                                  const engine::SessionOptions& options,
                                  const std::function<void(std::string_view pass, const graph::Graph&)>& show);

/// The operators of this build as a table. Lives as long as the program.
[[nodiscard]] const graph::OpTable& operators();

struct Shared;

}  // namespace walle::session

namespace walle::engine {

/// What is behind a Model. `shared`: what all sessions of a model have in common.
struct Model::Impl {
  graph::Graph graph;
  std::vector<Port> inputs, outputs;
  int64_t weight_bytes = 0;
  std::shared_ptr<session::Shared> shared;
};

}  // namespace walle::engine
