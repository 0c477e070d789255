#include "cloud-broker/rollout/state_def.h"

namespace walle::rollout {

extern const StateDef kDraft;
const StateDef kDraft = {State::draft, "draft", "created; its simulation has not passed", Delivery::none, stay};

}  // namespace walle::rollout
