#include "libwalle/session/run_bytes.h"

#include <limits>

namespace walle::session {
namespace {

/// Saturates.
int64_t bytes_of_plan(const Plan& plan) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  int64_t bytes = plan.arena_bytes;
  const auto add = [&](int64_t more) {
    if (more < 0 || __builtin_add_overflow(bytes, more, &bytes)) bytes = kMost;
  };
  add(static_cast<int64_t>(plan.workspace_bytes));
  for (const PlanOutput& output : plan.outputs) add(output.bytes);
  return bytes;
}

}  // namespace

Status check_run_bytes(const Plan& plan, int64_t most) {
  const int64_t needed = bytes_of_plan(plan);
  if (needed <= most) return {};
  return fail(ErrorCode::resource_exhausted, "a run would take " + std::to_string(needed) +
                                                 " bytes of memory, the session allows " + std::to_string(most));
}

}  // namespace walle::session
