#include "daemon/update/state_def.h"

namespace walle::update {

extern const StateDef kIdle = {.state = State::idle,
                               .arrive = nullptr,
                               .enter = [](Work&) -> std::optional<Event> { return std::nullopt; },
                               .outcome = nullptr};

}  // namespace walle::update
