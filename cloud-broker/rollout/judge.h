#pragma once

#include <cstdint>
#include <optional>

#include "cloud-broker/rollout/state_def.h"

namespace walle::rollout {

/// Lower end of the one-sided Wilson score interval (E. B. Wilson, 1927) for `failures` of `n` at `confidence`
/// (0.5..1): the true share is above it with that confidence. 0 for n = 0.
[[nodiscard]] double wilson_lower_bound(int64_t failures, int64_t n, double confidence);

/// The quantile of the standard normal distribution, p in (0, 1); error below 1.2e-9 (P. J. Acklam's approximation).
[[nodiscard]] double normal_quantile(double p);

/// The wish to stop if failures are too many with confidence. `silence_counts`: silent devices are failures.
[[nodiscard]] std::optional<Wish> judge_failures(const Release& release, const Tally& total, bool silence_counts);

/// The wish of a release whose stage is open: stop, go on, finish, or nothing yet.
[[nodiscard]] std::optional<Wish> judge_stage(const Release& release, const Tallies& tallies, int64_t now_us);

}  // namespace walle::rollout
