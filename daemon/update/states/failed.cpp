#include "daemon/update/state_def.h"

namespace walle::update {
namespace {

std::optional<Event> enter(Work& work) {
  work.effects.collect(work.rows, work.ticket);
  return std::nullopt;
}

}  // namespace

extern const StateDef kFailed = {
    .state = State::failed, .arrive = nullptr, .enter = enter, .outcome = [](const TaskRow&) -> std::string_view {
      return "failed";
    }};

}  // namespace walle::update
