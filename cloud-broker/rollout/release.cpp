#include "cloud-broker/rollout/release.h"

#include "cloud-broker/rollout/state_def.h"

namespace walle::rollout {

std::string_view name_of(State state) { return state_def(state).name; }

Result<State> state_from(std::string_view name) {
  for (const StateDef* def : state_defs())
    if (def->name == name) return def->state;
  return fail(ErrorCode::invalid_argument, "no release state is called '" + std::string(name) + "'");
}

std::string tag_of(const Release& release) { return release.task + "/v" + release.version; }

}  // namespace walle::rollout
