#include "cloud-broker/rollout/judge.h"

namespace walle::rollout {

namespace {
// Silence no longer counts: devices are switched off for reasons of their own.
std::optional<Wish> tick(const Release& release, const Tallies& tallies, int64_t) {
  return judge_failures(release, tallies.total, false);
}
}  // namespace

extern const StateDef kReleased;
const StateDef kReleased = {State::released, "released", "offered to everyone it targets", Delivery::open, tick};

}  // namespace walle::rollout
