#pragma once

#include "libwalle/base/value_fwd.h"
#include "libwalle/session/plan.h"
#include "libwalle/session/shared.h"
#include "libwalle/session/staged_runner.h"

namespace walle::session {

/// The plan as `walle-model explain --json` prints it; keys in docs/engine.md. times_us: measured, by step; empty: not.
[[nodiscard]] Value explain(const Plan& plan, const std::vector<search::Contender>& contenders, const Shared& shared,
                            int64_t weight_bytes, std::span<const double> times_us);

/// The same of a run in stages: {"stages": […]}, each with what `explain` says of its plan, the node whose block it
/// runs ("inside"), how often it ran, what was carried out after it, and how many nodes were left.
[[nodiscard]] Value explain_stages(std::span<const StageVisit> visits, const std::vector<search::Contender>& contenders,
                                   const Shared& shared, int64_t weight_bytes, bool measured);

}  // namespace walle::session
