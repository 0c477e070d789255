#pragma once

#include "libwalle/base/value.h"
#include "libwalle/session/plan.h"
#include "libwalle/session/shared.h"

namespace walle::session {

/// The plan as `walle-model explain --json` prints it; keys in docs/engine.md. times_us: measured, by step; empty: not.
[[nodiscard]] Value explain(const Plan& plan, const std::vector<search::Contender>& contenders, const Shared& shared,
                            int64_t weight_bytes, std::span<const double> times_us);

}  // namespace walle::session
