#include "libwalle/session/tune.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "libwalle/graph/problem.h"
#include "libwalle/session/environment.h"
#include "libwalle/session/model.h"
#include "libwalle/session/probe.h"
#include "libwalle/session/specialise.h"
#include "libwalle/session/staged_runner.h"
#include "libwalle/session/thread_pool.h"

namespace walle::session {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kMostBytes = size_t{1} << 30;
constexpr double kCandidateUs = 10'000;  // time for the runs of one candidate

/// Equal problems of a plan: the first step that states it, and how many do.
struct Stated {
  const PlanStep* step = nullptr;
  int64_t steps = 0;
};

using Problems = std::map<std::string, Stated>;

void collect(const Plan& plan, Problems& problems) {
  for (const auto& step : plan.steps) {
    for (const auto& block : step->blocks) collect(*block, problems);
    if (step->kind != PlanStep::Kind::kernel) continue;
    Stated& stated = problems[graph::problem_key(step->problem)];
    if (stated.step == nullptr) stated.step = step.get();
    ++stated.steps;
  }
}

/// The plans of a model for these inputs; `keep` holds what they are part of.
struct Plans {
  std::unique_ptr<Plan> whole;
  std::vector<StageVisit> stages;
};

Result<Plans> plans_of(const engine::Model& model, std::span<const engine::NamedTensor> inputs,
                       const engine::SessionOptions& options, const PlanContext& context) {
  const auto graph = WALLE_TRY(context.shared->prepared(model.impl().graph, options.fuse));
  const auto ordered = WALLE_TRY(match_inputs(*graph, inputs));
  Plans plans;
  auto whole = specialise(*graph, ordered, deciding_inputs(*graph), options, context);
  if (whole) {
    plans.whole = *std::move(whole);
    return plans;
  }
  if (whole.error().code != ErrorCode::unsupported) return fail(whole.error());
  PlanRunner runner(options.threads, options.max_value_bytes);
  StagedRunner stages({context, options, {}}, runner);
  Remainder start = remainder_of(graph->clone());
  std::vector<engine::AnyValue> values;
  for (size_t i = 0; i < ordered.size(); ++i) values.emplace_back(WALLE_TRY(as_declared(*graph, i, *ordered[i])));
  WALLE_TRY(stages.run(start, std::move(values), {}, &plans.stages));
  return plans;
}

Operand dense(const Extents& dims) { return {.dims = dims, .strides = dense_strides(dims)}; }

Problem square_product(int64_t size) {
  Problem problem{.attributes = MatMulAttributes{}};
  problem.operands = {dense({size, size}), dense({size, size})};
  problem.operands[1].constant = true;
  problem.results = {dense({size, size})};
  return problem;
}

Problem relu(int64_t elements) {
  Problem problem{.attributes = UnaryAttributes{.op = UnaryOp::relu}};
  problem.operands = {dense({elements})};
  problem.results = {dense({elements})};
  return problem;
}

class Tuner {
 public:
  Tuner(const search::Search& search, const engine::SessionOptions& options, const TuneOptions& how)
      : contenders_(search.contenders()), pool_(options.threads), how_(how), start_(Clock::now()) {}

  [[nodiscard]] bool over() const {
    return std::chrono::duration<double>(Clock::now() - start_).count() > how_.seconds;
  }

  /// Measures a choice's candidates, best first. One that cannot be run is left out.
  std::vector<search::Measurement> measure(const Problem& problem, const search::Choice& choice,
                                           std::span<const void* const> operands) {
    std::vector<search::Offer> offers = {choice.winner};
    for (const search::Offer& loser : choice.losers) {
      if (offers.size() < how_.candidates && loser.cost_us <= how_.most_slower * choice.winner.cost_us)
        offers.push_back(loser);
    }
    std::vector<search::Measurement> out;
    for (const search::Offer& offer : offers) {
      graph::Backend& backend = *contenders_[offer.contender].backend;
      auto probe = Probe::create(problem, operands, backend.memory(), kMostBytes);
      if (!probe) continue;
      // Steps that a session runs by one thread are measured so.
      graph::Parallel& parallel = choice.winner.cost_us < kSerialUs ? static_cast<graph::Parallel&>(serial_) : pool_;
      const auto us = probe->measure(backend, offer.candidate, parallel, kCandidateUs);
      if (!us) continue;
      out.push_back({.backend = std::string(contenders_[offer.contender].name),
                     .kernel = std::string(offer.candidate.kernel->name),
                     .params = offer.candidate.params,
                     .us = *us});
    }
    return out;
  }

 private:
  const std::vector<search::Contender>& contenders_;
  ThreadPool pool_;
  SerialParallel serial_;
  const TuneOptions& how_;
  Clock::time_point start_;
};

/// What the backend `cpu` reaches with one thread: arithmetic by a product that fits the caches, memory by a pass over
/// more than they hold, a step by next to no work.
void measure_device(search::Search& search, Tuner& tuner, search::Profile& profile) {
  constexpr int64_t kProduct = 384;
  constexpr int64_t kElements = int64_t{8} << 20;
  constexpr double kBytesOfElement = 8;  // read and written
  const auto best_us = [&](const Problem& problem) -> double {
    const auto choice = search.choose(problem);
    if (!choice) return 0;
    double best = 0;
    for (const search::Measurement& one : tuner.measure(problem, **choice, {})) {
      if (one.backend == "cpu" && (best == 0 || one.us < best)) best = one.us;
    }
    return best;
  };
  const double product = best_us(square_product(kProduct));
  const double pass = best_us(relu(kElements));
  const double step = best_us(relu(1));
  if (product <= 0 || pass <= 0 || step <= 0) return;
  profile.devices["cpu"] = {.name = "cpu",
                            .operations_per_us = 2.0 * kProduct * kProduct * kProduct / product,
                            .bytes_per_us = kBytesOfElement * static_cast<double>(kElements) / pass,
                            .step_us = step};
}

}  // namespace

Result<TuneReport> tune(const engine::Model& model, std::span<const engine::NamedTensor> inputs,
                        const engine::SessionOptions& options, const TuneOptions& how, search::Profile& profile) {
  if (profile.processor != processor()) profile = search::Profile{.processor = processor()};
  // The plan as predictions make it: every candidate gets its chance again.
  search::Search search(environment().contenders(), options.backend);
  const PlanContext context{&search, model.impl().shared.get(), options.precision, options.threads,
                            options.max_value_bytes};
  const Plans plans = WALLE_TRY(plans_of(model, inputs, options, context));
  Problems problems;
  if (plans.whole) collect(*plans.whole, problems);
  for (const StageVisit& visit : plans.stages) {
    if (visit.stage->plan) collect(*visit.stage->plan, problems);
  }
  std::vector<std::pair<std::string, Stated>> order(problems.begin(), problems.end());
  const auto weight = [](const Stated& stated) {
    return static_cast<double>(stated.steps) * stated.step->choice->winner.cost_us;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](const auto& a, const auto& b) { return weight(a.second) > weight(b.second); });
  Tuner tuner(search, options, how);
  measure_device(search, tuner, profile);
  TuneReport report;
  for (const auto& [key, stated] : order) {
    const PlanStep& step = *stated.step;
    if (tuner.over() || step.choice->losers.empty()) {
      ++report.left;
      continue;
    }
    std::vector<const void*> operands;
    for (const Slot& slot : step.operands) operands.push_back(slot.place == Place::constant ? slot.data : nullptr);
    auto measured = tuner.measure(step.problem, *step.choice, operands);
    if (measured.empty()) {
      ++report.left;
      continue;
    }
    report.candidates += std::ssize(measured);
    const auto best =
        std::min_element(measured.begin(), measured.end(), [](const auto& a, const auto& b) { return a.us < b.us; });
    report.problems.push_back({.problem = graph::describe(step.problem),
                               .steps = stated.steps,
                               .predicted = measured.front().kernel,
                               .predicted_us = measured.front().us,
                               .chosen = best->kernel,
                               .chosen_us = best->us});
    profile.problems[search::problem_digest(key)] = {.text = report.problems.back().problem,
                                                     .candidates = std::move(measured)};
  }
  std::stable_sort(report.problems.begin(), report.problems.end(), [](const auto& a, const auto& b) {
    return static_cast<double>(a.steps) * a.predicted_us > static_cast<double>(b.steps) * b.predicted_us;
  });
  return report;
}

}  // namespace walle::session
