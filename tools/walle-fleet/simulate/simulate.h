#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "libwalle/base/result.h"
#include "libwalle/base/value.h"
#include "tools/walle-fleet/simulate/world.h"

namespace walle::fleet {

struct SimulationOptions {
  int64_t devices = 1000;
  uint64_t seed = 1;
  std::string plan;                           ///< rollout.toml; "": beta 1 %, gray 10 %, all, ten minutes each
  std::map<std::string, std::string> labels;  ///< of all devices
  int64_t until_us = 86'400'000'000;          ///< virtual time after which it ends in any case
  Conditions conditions;
};

/// Rolls a new version out to a fleet that runs an older one, in virtual time: the agents' real state machines, the
/// broker's real decisions, a network in memory. The same options give the same result. `progress` is told what
/// happens.
///   {devices, seed, end_us, end: "at rest" | "time is over", release: {…}, coverage: [row…], transitions: [row…],
///    messages: {…}, update_s: {p50, p95}}; a row of coverage: {time_us, stage, state, offered, good, failed, silent,
///    new, old, share}.
/// Errors: invalid_argument for a plan that is none.
[[nodiscard]] Result<Value> simulate(const SimulationOptions& options,
                                     const std::function<void(const std::string&)>& progress);

/// The same as tables for people.
[[nodiscard]] std::string simulation_table(const Value& result);

}  // namespace walle::fleet
