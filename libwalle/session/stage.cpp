#include "libwalle/session/stage.h"

#include <algorithm>
#include <map>

#include "libwalle/passes/isolate.h"
#include "libwalle/passes/pass.h"
#include "libwalle/passes/rewrite.h"
#include "libwalle/session/stage_cut.h"

namespace walle::session {
namespace {

using engine::AnyValue;
using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

template <class T>
void append(std::string& key, const T& v) {
  key.append(reinterpret_cast<const char*>(&v), sizeof v);
}

void append_shape(std::string& key, const AnyValue& value) {
  append(key, static_cast<uint8_t>(value.absent() ? 0 : value.is_tensor() ? 1 : 2));
  if (value.absent()) return;
  append(key, value.dtype());
  if (!value.is_tensor()) return;
  append(key, value.tensor().dims().size());
  for (const int64_t d : value.tensor().dims()) append(key, d);
}

/// Makes one stage out of a remainder and the values of its inputs.
class StageMaker {
 public:
  StageMaker(Remainder& from, std::span<const AnyValue> values, const StageContext& context)
      : from_(from), values_(values), context_(context), stage_(std::make_shared<Stage>()) {}

  Result<std::shared_ptr<Stage>> run() {
    do {
      WALLE_TRY(infer());
      cut_ = find_cut(graph_, [&](const Graph& graph, const Node& node) { return try_plan(graph, node); });
    } while (learn_values());
    slots_.assign(graph_.values.size(), Source::kNone);
    for (size_t i = 0; i < graph_.inputs.size(); ++i) slots_[at(graph_.inputs[i])] = static_cast<int64_t>(i);
    next_slot_ = static_cast<int64_t>(graph_.inputs.size());
    choose_carried();
    WALLE_TRY(check_progress());
    WALLE_TRY(plan());
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      if (carried_[n]) carry(graph_.nodes[n]);
    }
    finish();
    return std::move(stage_);
  }

 private:
  static size_t at(ValueId id) { return static_cast<size_t>(id); }

  Status infer() {
    graph_ = from_.graph.clone();
    for (size_t i = 0; i < values_.size(); ++i) {
      const ValueId id = graph_.inputs[i];
      graph::Value& value = graph_.value(id);
      if (!from_.read[i]) continue;
      if (values_[i].is_tensor()) {
        WALLE_TRY(bind_input(graph_, id, values_[i].tensor(), from_.by_value[i]));
        continue;
      }
      value.shape.reset();
      if (values_[i].is_sequence()) {
        value.kind = graph::ValueKind::sequence;
        value.dtype = values_[i].dtype();
      } else if (value.kind == graph::ValueKind::tensor) {
        value.kind = graph::ValueKind::optional;
      }
    }
    passes::PassContext pass = pass_context(context_.options, context_.plan);
    pass.dump = context_.dump;
    return passes::run_alone(passes::stage_passes(), graph_, pass);
  }

  Status try_plan(const Graph& graph, const Node& node) const {
    passes::PassContext pass = pass_context(context_.options, context_.plan);
    if (node.op->op_class != graph::OpClass::control) return passes::can_lower(graph, node, pass);
    auto planned = plan_graph(passes::isolate(graph, node), std::move(pass), context_.plan);
    return planned ? Status() : Status(fail(planned.error()));
  }

  /// True if stages are now made for more values than before.
  bool learn_values() {
    bool learnt = false;
    for (const ValueId id : cut_.wanted) {
      const auto found = std::find(graph_.inputs.begin(), graph_.inputs.end(), id);
      const auto i = static_cast<size_t>(found - graph_.inputs.begin());
      if (found == graph_.inputs.end() || from_.by_value[i]) continue;
      from_.by_value[i] = true;
      learnt = true;
    }
    return learnt;
  }

  /// What can be carried out once the plan has run: containers at once, control nodes where there is no plan for them.
  void choose_carried() {
    std::vector<bool> there(graph_.values.size(), false);
    for (const ValueId id : graph_.inputs) there[at(id)] = true;
    for (size_t v = 0; v < graph_.values.size(); ++v) there[v] = there[v] || graph_.values[v].constant;
    carried_.assign(graph_.nodes.size(), false);
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      const Node& node = graph_.nodes[n];
      const bool ready = std::all_of(node.operands.begin(), node.operands.end(),
                                     [&](ValueId id) { return id == kNoValue || there[at(id)]; });
      carried_[n] =
          !cut_.planned[n] && ready && node.op->carry_out != nullptr && (cut_.refused[n] || has_no_plan(graph_, node));
      for (const ValueId id : node.results) {
        if (id != kNoValue && (cut_.planned[n] || carried_[n])) there[at(id)] = true;
      }
    }
  }

  [[nodiscard]] Status check_progress() const {
    const auto any = [](const std::vector<bool>& flags) {
      return std::find(flags.begin(), flags.end(), true) != flags.end();
    };
    if (graph_.nodes.empty() || any(cut_.planned) || any(carried_)) return {};
    if (cut_.obstacle) return fail(*cut_.obstacle);
    return graph::NodeView(graph_, graph_.nodes[0]).fail(ErrorCode::unsupported, "its operands are never known");
  }

  /// Plans the planned nodes; what others read of them, or the graph gives, are the plan's outputs.
  Status plan() {
    if (std::find(cut_.planned.begin(), cut_.planned.end(), true) == cut_.planned.end()) return {};
    std::vector<bool> made(graph_.values.size(), false), wanted = passes::output_flags(graph_), taken = made;
    Graph part;
    part.name = graph_.name;
    part.values = graph_.values;
    part.symbols = graph_.symbols;
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      for (const ValueId id : graph_.nodes[n].operands) {
        if (id != kNoValue) (cut_.planned[n] ? taken : wanted)[at(id)] = true;
      }
      if (!cut_.planned[n]) continue;
      for (const ValueId id : graph_.nodes[n].results) {
        if (id != kNoValue) made[at(id)] = true;
      }
      part.nodes.push_back(std::move(graph_.nodes[n]));
    }
    for (size_t i = 0; i < graph_.inputs.size(); ++i) {
      const ValueId id = graph_.inputs[i];
      if (!taken[at(id)] || graph_.value(id).constant) continue;
      part.inputs.push_back(id);
      stage_->plan_inputs.push_back(i);
    }
    for (size_t v = 0; v < made.size(); ++v) {
      if (!made[v] || !wanted[v]) continue;
      part.outputs.push_back(static_cast<ValueId>(v));
      slots_[v] = next_slot_++;
    }
    passes::PassContext pass = pass_context(context_.options, context_.plan);
    pass.dump = context_.dump;
    stage_->plan = WALLE_TRY(plan_graph(std::move(part), std::move(pass), context_.plan));
    return {};
  }

  [[nodiscard]] Source source(ValueId id) const {
    if (id == kNoValue) return {};
    if (slots_[at(id)] != Source::kNone) return {.slot = slots_[at(id)], .constant = {}};
    if (graph_.value(id).constant) return {.slot = Source::kNone, .constant = *graph_.value(id).constant};
    return {};
  }

  void carry(Node& node) {
    CarriedStep step;
    for (const ValueId id : node.operands) step.operands.push_back(source(id));
    for (auto& block : node.blocks) step.blocks.push_back(std::make_unique<Remainder>(remainder_of(std::move(*block))));
    node.blocks.clear();
    step.alone = passes::isolate(graph_, node);
    for (const ValueId id : node.results) {
      if (id != kNoValue) slots_[at(id)] = next_slot_;
      ++next_slot_;
    }
    stage_->carried.push_back(std::move(step));
  }

  void finish() {
    Graph rest;
    rest.name = std::move(graph_.name);
    rest.outputs = graph_.outputs;
    rest.symbols = std::move(graph_.symbols);
    std::vector<bool> needed = passes::output_flags(graph_);
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      if (cut_.planned[n] || carried_[n]) continue;
      for (const ValueId id : graph_.nodes[n].operands) {
        if (id != kNoValue) needed[at(id)] = true;
      }
      rest.nodes.push_back(std::move(graph_.nodes[n]));
    }
    for (size_t v = 0; v < needed.size(); ++v) {
      const auto id = static_cast<ValueId>(v);
      if (!needed[v] || slots_[v] == Source::kNone || graph_.value(id).constant) continue;
      rest.inputs.push_back(id);
      stage_->next.push_back(source(id));
    }
    rest.values = std::move(graph_.values);
    stage_->rest = remainder_of(std::move(rest));
  }

  Remainder& from_;
  std::span<const AnyValue> values_;
  const StageContext& context_;
  std::shared_ptr<Stage> stage_;
  Graph graph_;
  Cut cut_;
  std::vector<bool> carried_;   ///< by node
  std::vector<int64_t> slots_;  ///< by value
  int64_t next_slot_ = 0;
};

}  // namespace

Remainder remainder_of(Graph graph) {
  // A loop whose values grow comes by a stage for each length: small graphs keep many.
  constexpr size_t kNodes = 20'000;
  Remainder made;
  made.stages = RecentCache<Stage>(std::clamp<size_t>(kNodes / (graph.nodes.size() + 1), 8, 512));
  passes::PassContext none;
  (void)passes::run_alone(passes::tidy_passes(), graph, none);  // cannot fail
  std::vector<bool> read(graph.values.size(), false);
  for (const Node& node : graph.nodes) {
    for (const ValueId id : node.operands) {
      if (id != kNoValue) read[static_cast<size_t>(id)] = true;
    }
  }
  for (const ValueId id : graph.inputs) made.read.push_back(read[static_cast<size_t>(id)]);
  made.by_value.assign(graph.inputs.size(), false);
  made.graph = std::move(graph);
  return made;
}

std::string stage_key(const Remainder& from, std::span<const AnyValue> values) {
  std::string key;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!from.read[i]) continue;
    append_shape(key, values[i]);
    if (from.by_value[i] && values[i].is_tensor())
      key.append(static_cast<const char*>(values[i].tensor().data()), static_cast<size_t>(values[i].tensor().bytes()));
  }
  return key;
}

Result<std::shared_ptr<Stage>> next_stage(Remainder& from, std::span<const AnyValue> values,
                                          const StageContext& context) {
  if (values.size() != from.graph.inputs.size())
    return fail(ErrorCode::internal, "graph '" + from.graph.name + "' is given another number of inputs");
  return StageMaker(from, values, context).run();
}

}  // namespace walle::session
