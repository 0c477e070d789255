#pragma once

#include <string>

#include "libwalle/base/result.h"
#include "libwalle/base/value.h"

namespace walle::tasks {

/// How a task did on its recorded cases.
struct Simulation {
  bool passed = false;
  std::string summary;  ///< one line
  Value report;         ///< a list: what `walle-ctl task test --json` printed for each case; or null
};

/// Runs the cases of a task's folder with the real runtime: `walle-ctl task test FOLDER --json`. A task that has no
/// cases fails: a simulation without input shows nothing. Never an error: what goes wrong is the simulation's result.
[[nodiscard]] Simulation simulate(const std::string& folder, int64_t timeout_us);

}  // namespace walle::tasks
