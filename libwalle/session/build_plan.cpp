#include "libwalle/session/build_plan.h"

#include <algorithm>

#include "libwalle/graph/op.h"
#include "libwalle/graph/problem.h"
#include "libwalle/passes/rewrite.h"
#include "libwalle/raster/region.h"
#include "libwalle/session/locate.h"
#include "libwalle/session/run_bytes.h"

namespace walle::session {
namespace {

using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

constexpr int64_t kAlignment = 64;

int64_t aligned(int64_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

tl::unexpected<Error> at_node(const Node& node, const Error& error) {
  if (error.message.find("'" + node.name + "'") != std::string::npos) return fail(error);
  return fail(error.with("node '" + node.name + "' (" + std::string(node.op->name) + ")"));
}

int64_t value_bytes(const Graph& graph, ValueId id) {
  const int64_t elements = passes::elements_of(graph, id);
  return elements < 0 ? 0 : bytes_of(*graph.value(id).dtype, elements);
}

class PlanBuilder {
 public:
  PlanBuilder(Graph graph, const PlanContext& context) : plan_(std::make_unique<Plan>()), context_(context) {
    plan_->graph = std::move(graph);
  }

  Result<std::unique_ptr<Plan>> run() {
    Graph& graph = plan_->graph;
    blocks_.resize(graph.nodes.size());
    std::vector<int64_t> scratch(graph.nodes.size(), 0);
    for (size_t n = 0; n < graph.nodes.size(); ++n) scratch[n] = WALLE_TRY(plan_blocks(n));
    Locator locator(graph, std::move(scratch));
    WALLE_TRY(locator.run());
    plan_->arena_bytes = locator.arena_bytes();
    plan_->unshared_bytes = locator.unshared_bytes();
    WALLE_TRY(describe_ports());
    WALLE_TRY(check_run_bytes(*plan_, context_.max_value_bytes));  // before constants are packed for it
    for (size_t n = 0; n < graph.nodes.size(); ++n) {
      if (locator.alias(n)) {
        plan_->rasters.push_back({graph.nodes[n].name, "alias", 2 * value_bytes(graph, graph.nodes[n].results[0])});
        continue;
      }
      const Status added = add_step(n, locator);
      if (!added) return at_node(graph.nodes[n], added.error());
    }
    plan_->copies = locator.copies();
    WALLE_TRY(compile());
    return std::move(plan_);
  }

 private:
  /// Plans a control node's blocks; returns the scratch bytes that running one takes.
  Result<int64_t> plan_blocks(size_t n) {
    Node& node = plan_->graph.nodes[n];
    int64_t scratch = 0;
    for (auto& block : node.blocks) {
      auto plan = build_plan(std::move(*block), context_);
      if (!plan) return at_node(node, plan.error());
      scratch = std::max(scratch, (*plan)->arena_bytes);
      plan_->workspace_bytes = std::max(plan_->workspace_bytes, (*plan)->workspace_bytes);
      blocks_[n].push_back(*std::move(plan));
    }
    if (node.op->name == "Loop") scratch = aligned(scratch) + WALLE_TRY(loop_bytes(n));
    node.blocks.clear();
    return scratch;
  }

  /// Counter, conditions, and two buffers for each carried value.
  Result<int64_t> loop_bytes(size_t n) {
    const Node& node = plan_->graph.nodes[n];
    const int64_t carried = WALLE_TRY(graph::attribute_int(node.attributes, "carried", 0));
    const Plan& body = *blocks_[n][0];
    if (carried < 0 || body.outputs.size() < 1 + static_cast<size_t>(carried))
      return fail(ErrorCode::invalid_argument, "node '" + node.name + "': its body has too few outputs");
    int64_t bytes = 3 * kAlignment;
    for (size_t i = 1; i < body.outputs.size(); ++i) {
      const int copies = i <= static_cast<size_t>(carried) ? 2 : 1;
      bytes += copies * aligned(body.outputs[i].bytes);
    }
    return bytes;
  }

  Status add_step(size_t n, const Locator& locator) {
    Node& node = plan_->graph.nodes[n];
    auto step = std::make_unique<PlanStep>();
    step->node = node.name;
    step->op = node.op->name;
    for (size_t i = 0; i < node.operands.size(); ++i) {
      Slot slot = locator.slot(node.operands[i]);
      if (slot.place != Place::none) {
        const int64_t offset =
            graph::operand_offset(node, i) * bits_of(*plan_->graph.value(node.operands[i]).dtype) / 8;
        slot.offset += offset;
        if (slot.place == Place::constant && slot.data != nullptr) {
          slot.data = static_cast<const uint8_t*>(slot.data) + offset;
          slot.offset = 0;
        }
      }
      step->operands.push_back(slot);
    }
    if (node.core) {
      for (const ValueId id : node.results) {
        if (id != kNoValue) step->results.push_back(locator.slot(id));
      }
      WALLE_TRY(choose(node, *step));
    } else {
      for (const ValueId id : node.results) step->results.push_back(locator.slot(id));
      step->scratch = locator.scratch_slot(n);
      WALLE_TRY(control(n, *step));
    }
    plan_->steps.push_back(std::move(step));
    return {};
  }

  Status control(size_t n, PlanStep& step) {
    const Node& node = plan_->graph.nodes[n];
    step.blocks = std::move(blocks_[n]);
    if (node.op->name == "If" && step.blocks.size() == 2) {
      step.kind = PlanStep::Kind::branch;
      return check_branches(node, step);
    }
    if (node.op->name == "Loop" && step.blocks.size() == 1) {
      step.kind = PlanStep::Kind::loop;
      step.carried = WALLE_TRY(graph::attribute_int(node.attributes, "carried", 0));
      return {};
    }
    return fail(ErrorCode::unsupported, "this build cannot run " + std::string(node.op->name));
  }

  /// Both branches write the node's results, so their outputs have the results' sizes.
  Status check_branches(const Node& node, const PlanStep& step) {
    for (const auto& block : step.blocks) {
      for (size_t i = 0; i < node.results.size(); ++i) {
        if (node.results[i] == kNoValue) continue;
        if (i >= block->outputs.size() || block->outputs[i].bytes != value_bytes(plan_->graph, node.results[i]))
          return fail(ErrorCode::unsupported, "its branches give results of different shapes");
      }
    }
    return {};
  }

  Status choose(const Node& node, PlanStep& step) {
    step.problem = WALLE_TRY(graph::make_problem(plan_->graph, node, context_.precision, context_.threads));
    step.choice = WALLE_TRY(context_.search->choose(step.problem));
    step.serial = step.choice->winner.cost_us < kSerialUs;
    if (step.problem.family() == Family::raster) note_raster(node, step);
    const graph::Candidate& candidate = step.choice->winner.candidate;
    if (candidate.kernel->packing == nullptr) return {};
    const Packing packing = candidate.kernel->packing(step.problem, candidate.params);
    if (packing.operand < 0 || packing.bytes == 0) return {};
    const auto operand = static_cast<size_t>(packing.operand);
    if (operand >= node.operands.size() || !plan_->graph.value(node.operands[operand]).constant)
      return fail(ErrorCode::internal, "a kernel packs an operand that is not constant");
    const engine::Tensor& constant = *plan_->graph.value(node.operands[operand]).constant;
    WALLE_TRY(check_packing(packing, constant));
    graph::Memory& memory = context_.search->contenders()[step.choice->winner.contender].backend->memory();
    step.packed = WALLE_TRY(context_.shared->packed.pack(step.problem, candidate, constant, memory));
    return {};
  }

  /// A view may make much of a small constant.
  [[nodiscard]] Status check_packing(const Packing& packing, const engine::Tensor& constant) const {
    const auto bytes = static_cast<int64_t>(packing.bytes);
    if (bytes <= std::max(context_.max_value_bytes, 16 * constant.bytes())) return {};
    return fail(ErrorCode::resource_exhausted, "its packed constant would take " + std::to_string(bytes) +
                                                   " bytes, the session allows " +
                                                   std::to_string(context_.max_value_bytes));
  }

  void note_raster(const Node& node, PlanStep& step) {
    int64_t written = 0;
    bool copies = true;
    for (const Region& region : step.problem.regions) {
      written += raster::count(region);
      copies = copies && region.combine == Combine::copy;
    }
    const int64_t bytes = value_bytes(plan_->graph, node.results[0]);
    if (copies && written < step.problem.results[0].count()) step.clear_bytes = bytes;
    plan_->rasters.push_back({node.name, "materialised", 2 * bytes});
  }

  Status describe_ports() {
    const Graph& graph = plan_->graph;
    for (const ValueId id : graph.outputs) {
      const auto dims = passes::dims_of(graph, id);
      const graph::Value& value = graph.value(id);
      if (!dims || !value.dtype)
        return fail(ErrorCode::unsupported, "the shape of output '" + value.name + "' depends on data");
      plan_->outputs.push_back({*value.dtype, *dims, value_bytes(graph, id)});
    }
    for (const ValueId id : graph.inputs) plan_->input_bytes.push_back(value_bytes(graph, id));
    return {};
  }

  /// One program for each backend that has steps.
  Status compile() {
    const auto& contenders = context_.search->contenders();
    for (size_t c = 0; c < contenders.size(); ++c) {
      std::vector<graph::Step> steps;
      for (auto& step : plan_->steps) {
        if (step->kind != PlanStep::Kind::kernel || step->choice->winner.contender != c) continue;
        step->program = plan_->programs.size();
        step->program_index = steps.size();
        steps.push_back(
            {.problem = &step->problem, .chosen = step->choice->winner.candidate, .packed = step->packed.get()});
      }
      if (steps.empty()) continue;
      plan_->programs.push_back(WALLE_TRY(contenders[c].backend->compile(steps)));
      plan_->workspace_bytes =
          std::max(plan_->workspace_bytes, plan_->programs.back()->workspace_bytes(context_.threads));
    }
    return {};
  }

  std::unique_ptr<Plan> plan_;
  const PlanContext& context_;
  std::vector<std::vector<std::unique_ptr<Plan>>> blocks_;
};

}  // namespace

Result<std::unique_ptr<Plan>> build_plan(Graph graph, const PlanContext& context) {
  return PlanBuilder(std::move(graph), context).run();
}

}  // namespace walle::session
