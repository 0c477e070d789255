#include "cloud-broker/rollout/state_def.h"

namespace walle::rollout {

extern const StateDef kSuperseded;
const StateDef kSuperseded = {State::superseded, "superseded", "a newer release took its place", Delivery::closed,
                              stay};

}  // namespace walle::rollout
