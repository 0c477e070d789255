#include "daemon/update/state_def.h"

namespace walle::update {
namespace {

std::optional<Event> enter(Work& work) {
  work.effects.reserve(work.row, work.ticket);
  return std::nullopt;
}

}  // namespace

extern const StateDef kVerified = {.state = State::verified, .arrive = nullptr, .enter = enter, .outcome = nullptr};

}  // namespace walle::update
