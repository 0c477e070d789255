#pragma once

#include <cstdint>

#include "cloud-broker/rollout/decide.h"

namespace walle::rollout {

/// The release that takes `release` back: the newest older version of the task that proved good, under the plan of
/// `release`, or the removal of the task where there is none. Pure. counter: one that was never used.
[[nodiscard]] Release taken_back(const Release& release, const Table& table, int64_t counter, int64_t now_us);

}  // namespace walle::rollout
