#include "daemon/update/state_def.h"

namespace walle::update {
namespace {

std::optional<Event> enter(Work& work) {
  const wire::OfferedTask& offered = work.row.target.offered;
  if (offered.action == wire::OfferAction::remove) {
    work.effects.deactivate(work.row, work.ticket);
  } else {
    work.effects.activate(work.row,
                          {.scenario = offered.scenario,
                           .version = offered.version,
                           .counter = offered.counter,
                           .manifest = offered.manifest},
                          work.ticket);
  }
  return std::nullopt;
}

}  // namespace

extern const StateDef kSwitching = {.state = State::switching, .arrive = nullptr, .enter = enter, .outcome = nullptr};

}  // namespace walle::update
