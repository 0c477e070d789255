#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <walle/engine/any_value.h>
#include <walle/engine/session.h>

#include "libwalle/session/build_plan.h"
#include "libwalle/session/recent_cache.h"
#include "libwalle/session/specialise.h"

namespace walle::session {

struct Stage;

/// What is left to do of a graph: its inputs are the values that are there. Knows the stages that came next so far.
struct Remainder {
  graph::Graph graph;
  std::vector<bool> read;      ///< by input: a node reads it (else it is an output that waits)
  std::vector<bool> by_value;  ///< by input: stages are made for its value, because a shape depends on it
  RecentCache<Stage> stages;
};

/// A remainder out of a graph; constants that nothing reads are dropped.
[[nodiscard]] Remainder remainder_of(graph::Graph graph);

/// Where a value comes from: a slot, or a constant.
struct Source {
  static constexpr int64_t kNone = -1;
  int64_t slot = kNone;
  engine::AnyValue constant;
};

/// A node that is carried out between plans (OpDef::carry_out).
struct CarriedStep {
  graph::Graph alone;  ///< the node by itself, without its blocks
  std::vector<Source> operands;
  std::vector<std::unique_ptr<Remainder>> blocks;
};

/// One stage of a run: a plan, then nodes that are carried out, then what is left. Slots in the order in which they
/// are filled: inputs, the plan's outputs, results of the carried nodes.
struct Stage {
  std::shared_ptr<const Plan> plan;  ///< null: nothing to compute
  std::vector<size_t> plan_inputs;   ///< slots
  std::vector<CarriedStep> carried;
  Remainder rest;
  std::vector<Source> next;  ///< by input of `rest`
};

struct StageContext {
  PlanContext plan;
  engine::SessionOptions options;
  Dump dump;  ///< (optional)
};

/// The next stage of `from` for these values: as much as can be planned, and what can be carried out then. Values of
/// inputs on which shapes depend are taken into account (`from.by_value` grows). Errors: why nothing can go on, with
/// the node named.
[[nodiscard]] Result<std::shared_ptr<Stage>> next_stage(Remainder& from, std::span<const engine::AnyValue> values,
                                                        const StageContext& context);

/// Text that is equal for values for which the same stage comes next.
[[nodiscard]] std::string stage_key(const Remainder& from, std::span<const engine::AnyValue> values);

}  // namespace walle::session
