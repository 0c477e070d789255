#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cloud-broker/rollout/release.h"

namespace walle::rollout {

enum class Decision : uint8_t { offer, hold, withdraw };
[[nodiscard]] std::string_view name_of(Decision decision);

/// A decision and the reason that `walle-ctl release why`, the audit log and the simulator print.
struct Verdict {
  Decision decision = Decision::hold;
  std::string reason;
};

/// Decides whether a device belongs to one stage; cloud-broker/policies/<policy>.cpp defines one, named after the file.
struct PolicyDef {
  std::string_view name;
  std::string_view meaning;  ///< one line for people
  /// Pure; `stage` is an index into release.plan.stages.
  Verdict (*decide)(const Device& device, const Release& release, size_t stage, int64_t now_us);
};
using PolicyTable = std::span<const PolicyDef* const>;

/// Errors: invalid_argument listing the policies there are.
[[nodiscard]] Result<const PolicyDef*> find_policy(PolicyTable policies, std::string_view name);

/// Position of a device in a release's order, uniform in [0, 1): sha256(seed ":" device). Equal on every broker.
[[nodiscard]] double bucket(std::string_view device, std::string_view seed);

}  // namespace walle::rollout
