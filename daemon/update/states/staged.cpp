#include "daemon/update/state_def.h"

namespace walle::update {
namespace {

std::optional<Event> enter(Work& work) {
  work.effects.stage(work.row, work.ticket);
  return std::nullopt;
}

}  // namespace

extern const StateDef kStaged = {.state = State::staged, .arrive = nullptr, .enter = enter, .outcome = nullptr};

}  // namespace walle::update
