#include "cloud-broker/rollout/judge.h"

namespace walle::rollout {

namespace {
// A rollback is not taken back by itself: what it brings has proved good, and there may be nothing before it.
// Silence no longer counts: devices are switched off for reasons of their own.
std::optional<Wish> tick(const Release& release, const Tallies& tallies, int64_t) {
  if (release.rollback_of != 0) return std::nullopt;
  return judge_failures(release, tallies.total, false);
}
}  // namespace

extern const StateDef kReleased;
const StateDef kReleased = {State::released, "released", "offered to everyone it targets", Delivery::open, tick};

}  // namespace walle::rollout
