#pragma once

#include "libwalle/base/result.h"
#include "libwalle/session/plan.h"

namespace walle::session {

/// Checks that a run of the plan takes at most `most` bytes of memory: arena, workspace, outputs.
/// Errors: resource_exhausted.
[[nodiscard]] Status check_run_bytes(const Plan& plan, int64_t most);

}  // namespace walle::session
