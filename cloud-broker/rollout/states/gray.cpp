#include "cloud-broker/rollout/judge.h"

namespace walle::rollout {

extern const StateDef kGray;
const StateDef kGray = {State::gray, "gray", "offered to a growing share", Delivery::open, judge_stage};

}  // namespace walle::rollout
