#include "cloud-broker/rollout/judge.h"

namespace walle::rollout {

namespace {
std::optional<Wish> tick(const Release& release, const Tallies&, int64_t) {
  if (release.plan.stages.front().approval && release.approved_stage < 0) return std::nullopt;
  return Wish{Event::start, "opened stage " + release.plan.stages.front().name};
}
}  // namespace

extern const StateDef kSimulated;
const StateDef kSimulated = {State::simulated, "simulated", "its simulation has passed", Delivery::none, tick};

}  // namespace walle::rollout
