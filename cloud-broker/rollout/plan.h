#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cloud-broker/expression/expression.h"
#include "libwalle/base/result.h"

namespace walle::rollout {

inline constexpr size_t kMaxStages = 32;
inline constexpr size_t kMaxStageDevices = 10'000;

/// One step of a rollout. Stages nest: a device of stage k stays a member in every later stage.
struct Stage {
  std::string name;
  std::string policy;                ///< which PolicyDef decides membership; from the keys unless given
  std::vector<std::string> devices;  ///< ids, for policy "device"
  double share = 0;                  ///< of the targets, 0..1, for "uniform" and "group"
  double success = 0.95;             ///< share of good reports, of those that reported, to pass
  int64_t soak_us = 0;               ///< shortest time in the stage
  bool approval = false;             ///< an operator has to let the release into this stage
};

enum class StopAction : uint8_t { pause, roll_back };

/// When a release stops by itself, in any stage.
struct StopRule {
  double failure = 0.05;             ///< share of failed devices that is too much...
  double confidence = 0.95;          ///< ...with this one-sided confidence...
  int64_t at_least = 10;             ///< ...and no earlier than this many outcomes
  int64_t silence_us = 900'000'000;  ///< an offered device that says nothing for so long has failed
  StopAction action = StopAction::roll_back;
};

/// The contents of rollout.toml (contracts: "A rollout").
struct Plan {
  expression::Expression targets;
  bool simulate = false;
  std::vector<Stage> stages;
  StopRule stop;
  std::string text;  ///< the file as given; kept with the release
};

/// Parses rollout.toml. Without any stage there is one, "all", of share 1. That a named policy exists is checked by
/// whoever has the policies. Errors: invalid_argument naming line, key and the known keys; shares may not fall.
[[nodiscard]] Result<Plan> parse_plan(std::string_view toml);

}  // namespace walle::rollout
