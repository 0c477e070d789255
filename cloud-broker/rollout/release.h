#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cloud-broker/rollout/plan.h"
#include "libwalle/base/result.h"
#include "libwalle/base/value.h"

namespace walle::rollout {

/// Where a release stands. The files of states/ are named after these.
enum class State : uint8_t { draft, simulated, beta, gray, released, superseded, paused, rolled_back };
inline constexpr size_t kStates = 8;
[[nodiscard]] std::string_view name_of(State state);
[[nodiscard]] Result<State> state_from(std::string_view name);

/// One release: a version of a task on its way to the devices that its plan targets. A value; changed only by `apply`.
struct Release {
  int64_t counter = 0;  ///< unique over all releases, rising; devices refuse lower ones for the same task
  std::string scenario;
  std::string task;
  std::string version;
  std::string commit;           ///< the git commit that the tag named
  std::string manifest_sha256;  ///< of the signed bundle manifest; empty: the release removes the task
  int64_t manifest_bytes = 0;
  Plan plan;
  std::string seed;  ///< of the hash that orders devices; a rollback has its origin's
  State state = State::draft;
  int64_t stage = 0;  ///< index of the stage that is open now (the last one once released)
  int64_t stage_started_us = 0;
  int64_t approved_stage = -1;  ///< stages up to this one that ask for approval have it
  State paused_from = State::draft;
  int64_t rollback_of = 0;  ///< counter of the release that this one takes back; 0: none
  int64_t created_us = 0;
  std::string reason;  ///< of the last change
};

/// "ocr/v1.2.0"
[[nodiscard]] std::string tag_of(const Release& release);

/// What a device says is installed for one task.
struct Installed {
  std::string version;
  int64_t counter = 0;
  std::string state;  ///< of the update agent, lower case: "committed", "probation", "failed", ...
};

/// A device as decisions see it.
struct Device {
  std::string id;
  Value profile = Value::object();  ///< what expressions read: labels, memory_mb, ...
  std::map<std::string, Installed> tasks;
};

/// What happened in a release so far, overall or among the devices that its newest stage added.
struct Tally {
  int64_t members = 0;  ///< known devices that belong to it
  int64_t offered = 0;
  int64_t good = 0;
  int64_t failed = 0;
  int64_t silent = 0;  ///< offered longer ago than `silence`, without an outcome

  [[nodiscard]] int64_t decided() const { return good + failed + silent; }
};
struct Tallies {
  Tally stage;
  Tally total;
};

}  // namespace walle::rollout
