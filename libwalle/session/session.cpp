#include <walle/engine/session.h>

#include <algorithm>

#include "libwalle/session/environment.h"
#include "libwalle/session/executor.h"
#include "libwalle/session/explain.h"
#include "libwalle/session/model.h"
#include "libwalle/session/plan_cache.h"
#include "libwalle/session/specialise.h"
#include "libwalle/session/thread_pool.h"

namespace walle::engine {
namespace {

constexpr size_t kAlignment = 64;
size_t aligned(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

/// True if planning may succeed once the values of small integer inputs are known.
bool depends_on_data(const Error& error) { return error.code == ErrorCode::unsupported; }

}  // namespace

struct Session::Impl {
  std::shared_ptr<const Model> model;
  SessionOptions options;
  std::shared_ptr<const graph::Graph> graph;
  search::Search search;
  std::vector<bool> deciding;   ///< inputs whose value is part of the plan's key
  std::vector<bool> all_small;  ///< those that may become so where a shape depends on them
  session::PlanCache plans;
  session::ThreadPool pool;
  session::SerialParallel serial;
  std::shared_ptr<void> memory;  ///< arena and workspace, for the largest plan so far
  size_t memory_bytes = 0;
  std::vector<const void*> input_pointers;
  std::vector<void*> output_pointers;

  Impl(std::shared_ptr<const Model> of, const SessionOptions& with, std::shared_ptr<const graph::Graph> prepared)
      : model(std::move(of)),
        options(with),
        graph(std::move(prepared)),
        search(session::environment().contenders(), with.backend),
        deciding(session::deciding_inputs(*graph)),
        pool(with.threads) {
    for (const Port& port : model->inputs()) {
      const int64_t elements = port.dims.empty() ? 1 : port.dims[0];
      all_small.push_back(!is_float(port.dtype) && port.dims.size() <= 1 && elements >= 0 && elements <= 16);
    }
  }

  Result<std::shared_ptr<const session::Plan>> plan(std::span<const Tensor* const> inputs) {
    const std::string key = session::plan_key(inputs, deciding);
    if (auto found = plans.find(key)) return found;
    const session::PlanContext context{&search, model->impl().shared.get(), options.precision, options.threads};
    auto made = session::specialise(*graph, inputs, deciding, options, context);
    if (!made && depends_on_data(made.error()) && deciding != all_small) {
      // A shape that depends on a small integer input: plan for its value, from now on.
      auto with_values = session::specialise(*graph, inputs, all_small, options, context);
      if (!with_values) return walle::fail(made.error());
      deciding = all_small;
      made = std::move(with_values);
    }
    if (!made) return walle::fail(made.error());
    std::shared_ptr<const session::Plan> plan = *std::move(made);
    WALLE_TRY(reserve(*plan));
    plans.keep(session::plan_key(inputs, deciding), plan);
    return plan;
  }

  Status reserve(const session::Plan& plan) {
    const size_t bytes = aligned(static_cast<size_t>(plan.arena_bytes)) + aligned(plan.workspace_bytes) + kAlignment;
    if (bytes <= memory_bytes) return {};
    graph::Backend* host = session::environment().reference();
    if (host == nullptr) return walle::fail(ErrorCode::internal, "this build has no reference backend");
    memory.reset();
    memory_bytes = 0;
    memory = host->memory().allocate(bytes);
    if (!memory)
      return walle::fail(ErrorCode::resource_exhausted,
                         "no memory for an arena of " + std::to_string(bytes) + " bytes");
    memory_bytes = bytes;
    return {};
  }

  Result<std::vector<Tensor>> run(const session::Plan& plan, std::span<const Tensor* const> inputs,
                                  const RunOptions& run_options, std::vector<double>* times_us) {
    std::vector<Tensor> outputs;
    outputs.reserve(plan.outputs.size());
    input_pointers.clear();
    output_pointers.clear();
    for (const Tensor* input : inputs) input_pointers.push_back(input->data());
    for (const session::PlanOutput& output : plan.outputs) {
      outputs.push_back(WALLE_TRY(Tensor::empty(output.dtype, output.dims)));
      output_pointers.push_back(outputs.back().mutable_data());
    }
    auto* arena = static_cast<std::byte*>(memory.get());
    const session::Frame frame{.arena = arena,
                               .workspace = arena + aligned(static_cast<size_t>(plan.arena_bytes)),
                               .parallel = &pool,
                               .serial = &serial,
                               .deadline_us = run_options.deadline_us,
                               .cancel = run_options.cancel,
                               .times_us = times_us};
    WALLE_TRY(session::execute(plan, frame, input_pointers, output_pointers));
    return outputs;
  }
};

Result<std::unique_ptr<Session>> Session::create(std::shared_ptr<const Model> model, SessionOptions options) {
  if (model == nullptr) return walle::fail(ErrorCode::invalid_argument, "a session needs a model");
  if (options.threads < 1 || options.threads > 64)
    return walle::fail(ErrorCode::invalid_argument, "threads must be 1 to 64, not " + std::to_string(options.threads));
  std::string known;
  bool offered = options.backend.empty();
  for (const auto& entry : session::environment().backends) {
    known += (known.empty() ? "" : ", ") + std::string(entry.def->name);
    if (entry.def->name != options.backend) continue;
    if (!entry.backend)
      return walle::fail(ErrorCode::unsupported, "backend '" + options.backend + "' is not offered: " + entry.reason);
    offered = true;
  }
  if (!offered)
    return walle::fail(ErrorCode::invalid_argument, "no backend '" + options.backend + "'; there are " + known);
  auto graph = WALLE_TRY(model->impl().shared->prepared(model->impl().graph, options.fuse));
  return std::make_unique<Session>(std::make_unique<Impl>(std::move(model), options, std::move(graph)));
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::~Session() = default;
const Model& Session::model() const { return *impl_->model; }

Result<std::vector<Tensor>> Session::run(std::span<const NamedTensor> inputs, const RunOptions& options) {
  const auto ordered = WALLE_TRY(session::match_inputs(*impl_->graph, inputs));
  const auto plan = WALLE_TRY(impl_->plan(ordered));
  return impl_->run(*plan, ordered, options, nullptr);
}

Status Session::prepare(std::span<const NamedTensor> shapes) {
  const auto ordered = WALLE_TRY(session::match_inputs(*impl_->graph, shapes));
  WALLE_TRY(impl_->plan(ordered));
  return {};
}

Result<Value> Session::explain(std::span<const NamedTensor> inputs, bool measure) {
  const auto ordered = WALLE_TRY(session::match_inputs(*impl_->graph, inputs));
  const auto plan = WALLE_TRY(impl_->plan(ordered));
  std::vector<double> best;
  if (measure) {
    constexpr int kRuns = 5;
    for (int i = 0; i < kRuns; ++i) {
      std::vector<double> times(plan->steps.size(), 0);
      WALLE_TRY(impl_->run(*plan, ordered, {}, &times));
      if (best.empty()) best = times;
      for (size_t s = 0; s < times.size(); ++s) best[s] = std::min(best[s], times[s]);
    }
  }
  return session::explain(*plan, impl_->search.contenders(), *impl_->model->impl().shared, impl_->model->weight_bytes(),
                          best);
}

}  // namespace walle::engine

namespace walle::session {

Status trace_passes(const engine::Model& model, std::span<const engine::NamedTensor> inputs,
                    const engine::SessionOptions& options,
                    const std::function<void(std::string_view pass, const graph::Graph&)>& show) {
  const auto graph = WALLE_TRY(model.impl().shared->prepared(model.impl().graph, options.fuse));
  show("source", model.impl().graph);
  show("prepared", *graph);
  const auto ordered = WALLE_TRY(match_inputs(*graph, inputs));
  search::Search search(environment().contenders(), options.backend);
  const PlanContext context{&search, model.impl().shared.get(), options.precision, options.threads};
  WALLE_TRY(specialise(*graph, ordered, deciding_inputs(*graph), options, context, show));
  return {};
}

Result<std::vector<std::pair<std::string, engine::Tensor>>> run_all_values(graph::Graph graph,
                                                                           std::span<const engine::NamedTensor> inputs,
                                                                           const engine::SessionOptions& options) {
  graph.outputs.clear();
  for (const graph::Node& node : graph.nodes) {
    for (const graph::ValueId id : node.results) {
      if (id != graph::kNoValue) graph.outputs.push_back(id);
    }
  }
  std::vector<std::string> names;
  for (const graph::ValueId id : graph.outputs) names.push_back(graph.value(id).name);
  const auto model = WALLE_TRY(model_from_graph(std::move(graph)));
  const auto session = WALLE_TRY(engine::Session::create(model, options));
  auto tensors = WALLE_TRY(session->run(inputs));
  std::vector<std::pair<std::string, engine::Tensor>> out;
  for (size_t i = 0; i < tensors.size(); ++i) out.emplace_back(names[i], std::move(tensors[i]));
  return out;
}

}  // namespace walle::session
