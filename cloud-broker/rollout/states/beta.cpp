#include "cloud-broker/rollout/judge.h"

namespace walle::rollout {

extern const StateDef kBeta;
const StateDef kBeta = {State::beta, "beta", "offered to its first stage", Delivery::open, judge_stage};

}  // namespace walle::rollout
