#include "cloud-broker/rollout/state_def.h"

namespace walle::rollout {

extern const StateDef kRolledBack;
const StateDef kRolledBack = {State::rolled_back, "rolled_back", "taken back by a newer release", Delivery::closed,
                              stay};

}  // namespace walle::rollout
