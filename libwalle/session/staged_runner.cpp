#include "libwalle/session/staged_runner.h"

#include <algorithm>

#include "libwalle/base/clock.h"

namespace walle::session {

using engine::AnyValue;

namespace {

Status may_go_on(const engine::RunOptions& options, const std::string& node) {
  if (options.cancel != nullptr && options.cancel->load(std::memory_order_relaxed))
    return fail(ErrorCode::cancelled, "the run was cancelled before node '" + node + "'");
  if (options.deadline_us != 0 && system_clock().monotonic_us() > options.deadline_us)
    return fail(ErrorCode::deadline_exceeded, "the deadline passed before node '" + node + "'");
  return {};
}

AnyValue value_of(const Source& source, const std::vector<AnyValue>& slots) {
  return source.slot == Source::kNone ? source.constant : slots[static_cast<size_t>(source.slot)];
}

/// The outputs of a graph without nodes: inputs and constants.
std::vector<AnyValue> outputs_of(const Remainder& done, const std::vector<AnyValue>& values) {
  std::vector<AnyValue> outputs;
  const auto& inputs = done.graph.inputs;
  for (const graph::ValueId id : done.graph.outputs) {
    const auto at = std::find(inputs.begin(), inputs.end(), id);
    if (at != inputs.end()) {
      outputs.push_back(values[static_cast<size_t>(at - inputs.begin())]);
    } else {
      const auto& constant = done.graph.value(id).constant;
      outputs.push_back(constant ? AnyValue(*constant) : AnyValue());
    }
  }
  return outputs;
}

StageVisit* visit_of(std::vector<StageVisit>* visits, const std::shared_ptr<Stage>& stage, const std::string& inside) {
  if (visits == nullptr) return nullptr;
  auto found = std::find_if(visits->begin(), visits->end(), [&](const StageVisit& v) { return v.stage == stage; });
  if (found == visits->end()) {
    const size_t steps = stage->plan ? stage->plan->steps.size() : 0;
    found = visits->insert(visits->end(), {inside, stage, 0, std::vector<double>(steps, 0)});
  }
  ++found->runs;
  return &*found;
}

}  // namespace

/// The blocks of one carried node.
class StagedBlocks final : public graph::BlockRunner {
 public:
  StagedBlocks(StagedRunner& runner, const CarriedStep& step, const StagedRunner::Run& run)
      : runner_(runner), step_(step), run_(run) {}

  [[nodiscard]] Result<std::vector<AnyValue>> run(size_t block, std::vector<AnyValue> inputs) override {
    const std::string& node = step_.alone.nodes[0].name;
    if (block >= step_.blocks.size())
      return fail(ErrorCode::internal, "node '" + node + "' has no block " + std::to_string(block));
    WALLE_TRY(may_go_on(run_.options, node));
    return runner_.run(*step_.blocks[block], std::move(inputs), run_, node);
  }

  [[nodiscard]] Status hold(int64_t bytes) override {
    held_ += bytes;
    const int64_t most = runner_.context_.options.max_value_bytes;
    if (held_ <= most) return {};
    return fail(ErrorCode::resource_exhausted, "node '" + step_.alone.nodes[0].name + "': its rows would take " +
                                                   std::to_string(held_) + " bytes, the session allows " +
                                                   std::to_string(most));
  }

 private:
  StagedRunner& runner_;
  const CarriedStep& step_;
  const StagedRunner::Run& run_;
  int64_t held_ = 0;
};

Result<std::vector<AnyValue>> StagedRunner::run(Remainder& start, std::vector<AnyValue> inputs,
                                                const engine::RunOptions& options, std::vector<StageVisit>* visits) {
  if (kept_nodes_ > kMostStagedNodes) {
    start.stages = RecentCache<Stage>();
    kept_nodes_ = 0;
  }
  return run(start, std::move(inputs), Run{options, visits}, "");
}

Result<std::vector<AnyValue>> StagedRunner::run(Remainder& start, std::vector<AnyValue> values, const Run& run,
                                                const std::string& inside) {
  std::shared_ptr<Stage> current;  // keeps `at` alive
  Remainder* at = &start;
  while (!at->graph.nodes.empty()) {
    auto next = WALLE_TRY(stage(*at, values));
    values = WALLE_TRY(run_stage(next, std::move(values), run, inside));
    current = std::move(next);
    at = &current->rest;
  }
  return outputs_of(*at, values);
}

Result<std::shared_ptr<Stage>> StagedRunner::stage(Remainder& from, std::span<const AnyValue> values) {
  if (values.size() != from.graph.inputs.size())
    return fail(ErrorCode::invalid_argument, "graph '" + from.graph.name + "' takes " +
                                                 std::to_string(from.graph.inputs.size()) + " inputs, is given " +
                                                 std::to_string(values.size()));
  if (auto found = from.stages.find(stage_key(from, values))) return found;
  auto made = WALLE_TRY(next_stage(from, values, context_));
  if (made->plan) WALLE_TRY(plans_.reserve(*made->plan));
  kept_nodes_ += from.graph.nodes.size() + 1;
  from.stages.keep(stage_key(from, values), made);  // the key may be another one now
  return made;
}

Result<std::vector<AnyValue>> StagedRunner::run_stage(const std::shared_ptr<Stage>& stage, std::vector<AnyValue> slots,
                                                      const Run& run, const std::string& inside) {
  StageVisit* visit = visit_of(run.visits, stage, inside);
  if (stage->plan) WALLE_TRY(run_plan(*stage, slots, run, visit));
  for (const CarriedStep& step : stage->carried) {
    WALLE_TRY(may_go_on(run.options, step.alone.nodes[0].name));
    WALLE_TRY(carry_out(step, slots, run));
  }
  WALLE_TRY(check_bytes(slots, 0, *stage));
  std::vector<AnyValue> next;
  next.reserve(stage->next.size());
  for (const Source& source : stage->next) next.push_back(value_of(source, slots));
  return next;
}

Status StagedRunner::run_plan(const Stage& stage, std::vector<AnyValue>& slots, const Run& run, StageVisit* visit) {
  int64_t bytes = stage.plan->arena_bytes;
  for (const PlanOutput& output : stage.plan->outputs) bytes += output.bytes;
  WALLE_TRY(check_bytes(slots, bytes, stage));
  std::vector<const engine::Tensor*> inputs;
  for (const size_t slot : stage.plan_inputs) inputs.push_back(&slots[slot].tensor());
  auto outputs = WALLE_TRY(plans_.run(*stage.plan, inputs, run.options, visit == nullptr ? nullptr : &visit->times_us));
  for (engine::Tensor& output : outputs) slots.emplace_back(std::move(output));
  return {};
}

Status StagedRunner::check_bytes(const std::vector<AnyValue>& values, int64_t more, const Stage& stage) const {
  int64_t bytes = more;
  for (const AnyValue& value : values) bytes += value.bytes();
  if (bytes <= context_.options.max_value_bytes) return {};
  return fail(ErrorCode::resource_exhausted, "graph '" + stage.rest.graph.name + "': its values would take " +
                                                 std::to_string(bytes) + " bytes, the session allows " +
                                                 std::to_string(context_.options.max_value_bytes));
}

Status StagedRunner::carry_out(const CarriedStep& step, std::vector<AnyValue>& slots, const Run& run) {
  const graph::Node& node = step.alone.nodes[0];
  std::vector<AnyValue> operands;
  for (const Source& source : step.operands) operands.push_back(value_of(source, slots));
  StagedBlocks blocks(*this, step, run);
  auto results = node.op->carry_out(graph::NodeView(step.alone, node), operands, blocks);
  if (!results) {
    if (results.error().message.find("'" + node.name + "'") != std::string::npos) return fail(results.error());
    return fail(results.error().with("node '" + node.name + "' (" + std::string(node.op->name) + ")"));
  }
  if (results->size() < node.results.size())
    return fail(ErrorCode::internal, "node '" + node.name + "' was carried out without all its results");
  for (size_t i = 0; i < node.results.size(); ++i) slots.push_back(std::move((*results)[i]));
  return {};
}

}  // namespace walle::session
