#pragma once

#include "libwalle/session/plan.h"
#include "libwalle/session/shared.h"

namespace walle::session {

/// What a plan is built with.
struct PlanContext {
  search::Search* search = nullptr;
  Shared* shared = nullptr;
  Precision precision = Precision::strict;
  int threads = 1;
};

/// A plan out of a graph after the plan passes (every node has a core form or is a control node with planned blocks):
/// chooses kernels, packs constants, places values. Errors: unsupported or resource_exhausted naming the node.
[[nodiscard]] Result<std::unique_ptr<Plan>> build_plan(graph::Graph graph, const PlanContext& context);

}  // namespace walle::session
