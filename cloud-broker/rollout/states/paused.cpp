#include "cloud-broker/rollout/state_def.h"

namespace walle::rollout {

extern const StateDef kPaused;
const StateDef kPaused = {State::paused, "paused", "stopped for the moment; who has it keeps it", Delivery::keep, stay};

}  // namespace walle::rollout
