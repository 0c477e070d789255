#include "libwalle/session/explain.h"

#include <algorithm>
#include <cmath>

#include "libwalle/base/value.h"
#include "libwalle/graph/problem.h"

namespace walle::session {
namespace {

double rounded(double us) { return std::round(us * 1000) / 1000; }

Value candidate(const search::Offer& offer, const std::vector<search::Contender>& contenders) {
  Value out = {{"kernel", std::string(offer.candidate.kernel->name)},
               {"backend", std::string(contenders[offer.contender].name)},
               {"predicted_us", rounded(offer.cost_us)}};
  Value params = Value::array();
  for (const int32_t v : offer.candidate.params.values) params.push_back(v);
  if (offer.candidate.params != Params{}) out["params"] = std::move(params);
  if (offer.measured) out["tuned"] = true;  // predicted_us is what was measured when the model was tuned
  return out;
}

Value step_value(const PlanStep& step, const std::vector<search::Contender>& contenders) {
  Value out = {{"name", step.node}, {"op", std::string(step.op)}};
  if (step.kind != PlanStep::Kind::kernel) {
    out["kernel"] = step.kind == PlanStep::Kind::branch ? "branch" : "loop";
    out["problem"] = out["kernel"];
    Value blocks = Value::array();
    for (const auto& block : step.blocks) {
      Value steps = Value::array();
      for (const auto& inner : block->steps) steps.push_back(step_value(*inner, contenders));
      blocks.push_back({{"steps", std::move(steps)}});
    }
    out["blocks"] = std::move(blocks);
    return out;
  }
  out.update(candidate(step.choice->winner, contenders));
  out["family"] = std::string(name_of(step.problem.family()));
  out["problem"] = graph::describe(step.problem);
  out["operations"] = step.choice->winner.candidate.work.operations;
  out["threads"] = step.serial ? 1 : step.problem.threads;
  Value losers = Value::array();
  for (const search::Offer& offer : step.choice->losers) losers.push_back(candidate(offer, contenders));
  Value refusals = Value::array();
  for (const search::Rejection& rejection : step.choice->rejections)
    refusals.push_back({{"kernel", std::string(rejection.kernel)},
                        {"backend", std::string(contenders[rejection.contender].name)},
                        {"reason", std::string(rejection.reason)}});
  out["losers"] = std::move(losers);
  out["refusals"] = std::move(refusals);
  return out;
}

}  // namespace

Value explain(const Plan& plan, const std::vector<search::Contender>& contenders, const Shared& shared,
              int64_t weight_bytes, std::span<const double> times_us) {
  Value steps = Value::array();
  double predicted = 0;
  double measured = 0;
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    Value step = step_value(*plan.steps[i], contenders);
    if (plan.steps[i]->choice) predicted += plan.steps[i]->choice->winner.cost_us;
    if (i < times_us.size()) {
      step["measured_us"] = rounded(times_us[i]);
      measured += times_us[i];
    }
    steps.push_back(std::move(step));
  }
  Value rasters = Value::array();
  for (const passes::RasterFate& raster : plan.rasters)
    rasters.push_back({{"name", raster.node}, {"became", std::string(raster.fate)}, {"bytes", raster.bytes}});
  Value out = {{"steps", std::move(steps)},
               {"rasters", std::move(rasters)},
               {"memory",
                {{"arena_bytes", plan.arena_bytes},
                 {"unshared_bytes", plan.unshared_bytes},
                 {"workspace_bytes", plan.workspace_bytes},
                 {"weight_bytes", weight_bytes},
                 {"packed_bytes", shared.packed.bytes()}}},
               {"plan_us", rounded(plan.made_us)},
               {"predicted_us", rounded(predicted)}};
  if (!times_us.empty()) out["measured_us"] = rounded(measured);
  return out;
}

Value explain_stages(std::span<const StageVisit> visits, const std::vector<search::Contender>& contenders,
                     const Shared& shared, int64_t weight_bytes, bool measured) {
  Value stages = Value::array();
  double predicted = 0;
  double total = 0;
  for (const StageVisit& visit : visits) {
    Value one = Value::object();
    const bool planned = visit.stage->plan != nullptr;
    std::vector<double> times = measured ? visit.times_us : std::vector<double>();
    for (double& time : times) time /= static_cast<double>(std::max<int64_t>(visit.runs, 1));
    if (planned) one = explain(*visit.stage->plan, contenders, shared, weight_bytes, times);
    one["inside"] = visit.inside;
    one["runs"] = visit.runs;
    Value carried = Value::array();
    for (const CarriedStep& step : visit.stage->carried)
      carried.push_back({{"name", step.alone.nodes[0].name}, {"op", std::string(step.alone.nodes[0].op->name)}});
    one["carried"] = std::move(carried);
    one["left"] = visit.stage->rest.graph.nodes.size();
    if (planned) predicted += one["predicted_us"].get<double>() * static_cast<double>(visit.runs);
    for (const double time : visit.times_us) total += time;
    stages.push_back(std::move(one));
  }
  Value out = {{"stages", std::move(stages)}, {"predicted_us", rounded(predicted)}};
  if (measured) out["measured_us"] = rounded(total);
  return out;
}

}  // namespace walle::session
