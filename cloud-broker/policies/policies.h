#pragma once

#include "cloud-broker/rollout/policy_def.h"

namespace walle::policies {

/// Every policy, one a file, sorted by file name (generated).
[[nodiscard]] rollout::PolicyTable policy_defs();

/// Membership by share of a release's order, with the reason.
[[nodiscard]] rollout::Verdict by_share(const rollout::Device& device, const rollout::Release& release, size_t stage);

}  // namespace walle::policies
