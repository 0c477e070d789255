#include "daemon/update/state_def.h"

namespace walle::update {
namespace {

std::optional<Event> enter(Work& work) {
  if (work.now_us >= work.row.not_before_us) return Event::done;
  work.wake_us = work.row.not_before_us;
  return Event::later;
}

}  // namespace

extern const StateDef kSpaceReserved = {
    .state = State::space_reserved, .arrive = nullptr, .enter = enter, .outcome = nullptr};

}  // namespace walle::update
