#pragma once

#include <limits>

#include "libwalle/session/plan.h"
#include "libwalle/session/shared.h"

namespace walle::session {

/// What a plan is built with.
struct PlanContext {
  search::Search* search = nullptr;
  Shared* shared = nullptr;
  Precision precision = Precision::strict;
  int threads = 1;
  int64_t max_value_bytes = std::numeric_limits<int64_t>::max();  ///< of SessionOptions
};

/// A plan out of a graph after the plan passes (every node has a core form or is a control node with planned blocks):
/// places values, chooses kernels, packs constants. Errors: unsupported or resource_exhausted naming the node.
[[nodiscard]] Result<std::unique_ptr<Plan>> build_plan(graph::Graph graph, const PlanContext& context);

}  // namespace walle::session
