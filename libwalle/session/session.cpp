#include <walle/engine/session.h>

#include <algorithm>

#include "libwalle/base/value.h"
#include "libwalle/session/environment.h"
#include "libwalle/session/explain.h"
#include "libwalle/session/model.h"
#include "libwalle/session/plan_runner.h"
#include "libwalle/session/recent_cache.h"
#include "libwalle/session/specialise.h"
#include "libwalle/session/staged_runner.h"

namespace walle::engine {

struct Session::Impl {
  std::shared_ptr<const Model> model;
  SessionOptions options;
  std::shared_ptr<const graph::Graph> graph;
  search::Search search;
  std::vector<bool> deciding;  ///< inputs whose value is part of the plan's key
  session::RecentCache<const session::Plan> plans;
  session::PlanRunner runner;
  session::StagedRunner stages;
  std::unique_ptr<session::Remainder> whole;  ///< set once it is known that the whole graph has no plan

  Impl(std::shared_ptr<const Model> of, const SessionOptions& with, std::shared_ptr<const graph::Graph> prepared)
      : model(std::move(of)),
        options(with),
        graph(std::move(prepared)),
        search(session::environment().contenders(), with.backend, session::device_profile()),
        deciding(session::deciding_inputs(*graph)),
        runner(with.threads, with.max_value_bytes, model->impl().shared->budget),
        stages({context(), with, {}}, runner) {
    const auto& ports = model->inputs();
    if (std::any_of(ports.begin(), ports.end(), [](const Port& port) { return port.kind != ValueKind::tensor; }))
      run_in_stages();
  }

  session::PlanContext context() {
    return {&search, model->impl().shared.get(), options.precision, options.threads, options.max_value_bytes};
  }

  void run_in_stages() { whole = std::make_unique<session::Remainder>(session::remainder_of(graph->clone())); }

  /// The plan of the whole graph; null: it has none and is run in stages.
  Result<std::shared_ptr<const session::Plan>> plan(std::span<const Tensor* const> inputs) {
    if (whole) return std::shared_ptr<const session::Plan>();
    const std::string key = session::plan_key(inputs, deciding);
    if (auto found = plans.find(key)) return found;
    auto made = session::specialise(*graph, inputs, deciding, options, context());
    if (!made && made.error().code == ErrorCode::unsupported) {
      run_in_stages();
      return std::shared_ptr<const session::Plan>();
    }
    if (!made) return walle::fail(made.error());
    std::shared_ptr<const session::Plan> plan = *std::move(made);
    WALLE_TRY(runner.reserve(*plan));
    plans.keep(key, plan);
    return plan;
  }

  /// The measured times of a plan's steps: the best of some runs.
  Result<std::vector<double>> measure(const session::Plan& plan, std::span<const Tensor* const> inputs) {
    constexpr int kRuns = 5;
    std::vector<double> best;
    for (int i = 0; i < kRuns; ++i) {
      std::vector<double> times(plan.steps.size(), 0);
      WALLE_TRY(runner.run(plan, inputs, {}, &times));
      if (best.empty()) best = times;
      for (size_t s = 0; s < times.size(); ++s) best[s] = std::min(best[s], times[s]);
    }
    return best;
  }

  Result<Value> explain_stages(std::vector<AnyValue> values, bool measure) {
    std::vector<session::StageVisit> visits;
    WALLE_TRY(stages.run(*whole, std::move(values), {}, &visits));
    return session::explain_stages(visits, search.contenders(), *model->impl().shared, model->weight_bytes(), measure);
  }
};

namespace {

Result<std::vector<AnyValue>> values_of(const graph::Graph& graph, std::span<const Tensor* const> tensors) {
  std::vector<AnyValue> values;
  for (size_t i = 0; i < tensors.size(); ++i)
    values.emplace_back(WALLE_TRY(session::as_declared(graph, i, *tensors[i])));
  return values;
}

Result<std::vector<Tensor>> tensors_of(const std::vector<AnyValue>& values, const std::vector<Port>& ports) {
  std::vector<Tensor> tensors;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!values[i].is_tensor())
      return walle::fail(ErrorCode::unsupported, "output '" + ports[i].name + "' is no tensor but " +
                                                     describe(values[i]) + "; use Session::run_values");
    tensors.push_back(values[i].tensor());
  }
  return tensors;
}

}  // namespace

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
  if (const auto plan = WALLE_TRY(impl_->plan(ordered))) return impl_->runner.run(*plan, ordered, options, nullptr);
  return tensors_of(WALLE_TRY(impl_->stages.run(*impl_->whole, WALLE_TRY(values_of(*impl_->graph, ordered)), options)),
                    model().outputs());
}

Result<std::vector<AnyValue>> Session::run_values(std::span<const NamedValue> inputs, const RunOptions& options) {
  auto ordered = WALLE_TRY(session::match_values(*impl_->graph, inputs));
  const auto tensors = session::tensors_in(ordered);
  if (const auto plan = tensors ? WALLE_TRY(impl_->plan(*tensors)) : nullptr) {
    auto outputs = WALLE_TRY(impl_->runner.run(*plan, *tensors, options, nullptr));
    return std::vector<AnyValue>(outputs.begin(), outputs.end());
  }
  return impl_->stages.run(*impl_->whole, std::move(ordered), options);
}

Status Session::prepare(std::span<const NamedTensor> shapes) {
  const auto ordered = WALLE_TRY(session::match_inputs(*impl_->graph, shapes));
  if (const auto plan = WALLE_TRY(impl_->plan(ordered))) return {};
  WALLE_TRY(impl_->stages.stage(*impl_->whole, WALLE_TRY(values_of(*impl_->graph, ordered))));
  return {};
}

Status Session::prepare_values(std::span<const NamedValue> shapes) {
  auto ordered = WALLE_TRY(session::match_values(*impl_->graph, shapes));
  const auto tensors = session::tensors_in(ordered);
  if (const auto plan = tensors ? WALLE_TRY(impl_->plan(*tensors)) : nullptr) return {};
  WALLE_TRY(impl_->stages.stage(*impl_->whole, ordered));
  return {};
}

Result<Value> Session::explain(std::span<const NamedTensor> inputs, bool measure) {
  std::vector<NamedValue> values;
  for (const NamedTensor& input : inputs) values.push_back({input.name, input.tensor});
  return explain_values(values, measure);
}

Result<Value> Session::explain_values(std::span<const NamedValue> inputs, bool measure) {
  auto ordered = WALLE_TRY(session::match_values(*impl_->graph, inputs));
  const auto tensors = session::tensors_in(ordered);
  const auto plan = tensors ? WALLE_TRY(impl_->plan(*tensors)) : nullptr;
  if (!plan) return impl_->explain_stages(std::move(ordered), measure);
  const auto times = measure ? WALLE_TRY(impl_->measure(*plan, *tensors)) : std::vector<double>();
  return session::explain(*plan, impl_->search.contenders(), *impl_->model->impl().shared, impl_->model->weight_bytes(),
                          times);
}

}  // namespace walle::engine

namespace walle::session {

Status trace_passes(const engine::Model& model, std::span<const engine::NamedValue> inputs,
                    const engine::SessionOptions& options,
                    const std::function<void(std::string_view pass, const graph::Graph&)>& show) {
  const auto graph = WALLE_TRY(model.impl().shared->prepared(model.impl().graph, options.fuse));
  show("source", model.impl().graph);
  show("prepared", *graph);
  auto ordered = WALLE_TRY(match_values(*graph, inputs));
  search::Search search(environment().contenders(), options.backend, device_profile());
  const PlanContext context{&search, model.impl().shared.get(), options.precision, options.threads,
                            options.max_value_bytes};
  if (const auto tensors = tensors_in(ordered)) {
    const auto plan = specialise(*graph, *tensors, deciding_inputs(*graph), options, context, show);
    if (plan || plan.error().code != ErrorCode::unsupported) return plan ? Status() : fail(plan.error());
  }
  PlanRunner plans(options.threads, options.max_value_bytes);
  StagedRunner stages({context, options, show}, plans);
  Remainder whole = remainder_of(graph->clone());
  WALLE_TRY(stages.run(whole, std::move(ordered), {}));
  return {};
}

Result<std::vector<std::pair<std::string, engine::Tensor>>> run_all_values(graph::Graph graph,
                                                                           std::span<const engine::NamedValue> inputs,
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
  const auto values = WALLE_TRY(session->run_values(inputs));
  std::vector<std::pair<std::string, engine::Tensor>> out;
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i].is_tensor()) out.emplace_back(names[i], values[i].tensor());
  }
  return out;
}

}  // namespace walle::session
