#include "daemon/update/state_def.h"

namespace walle::update {
namespace {

void arrive(Arrival& arrival) {
  TaskRow& row = arrival.row;
  row.runs = arrival.detail.runs;
  row.failures = arrival.detail.failures;
  // From switching the new version never became `current`.
  if (arrival.from == State::probation) {
    row.current = row.previous;
    row.previous.reset();
  }
}

std::optional<Event> enter(Work& work) {
  if (work.row.current) {
    work.effects.activate(work.row, *work.row.current, work.ticket);
  } else {
    work.effects.deactivate(work.row, work.ticket);
  }
  return std::nullopt;
}

}  // namespace

extern const StateDef kRolledBack = {
    .state = State::rolled_back, .arrive = arrive, .enter = enter, .outcome = [](const TaskRow&) -> std::string_view {
      return "rolled_back";
    }};

}  // namespace walle::update
