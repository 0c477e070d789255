#include "daemon/update/state_def.h"

namespace walle::update {
namespace {

void arrive(Arrival& arrival) {
  TaskRow& row = arrival.row;
  row.runs = arrival.detail.runs;
  row.failures = arrival.detail.failures;
  if (row.target.offered.action == wire::OfferAction::remove) {
    row.current.reset();
    row.previous.reset();
  } else if (row.current) {
    row.current->counter = row.target.offered.counter;  // the same bundle under a newer release
  }
}

std::optional<Event> enter(Work& work) {
  work.effects.collect(work.rows, work.ticket);
  return std::nullopt;
}

std::string_view outcome(const TaskRow& row) {
  return row.target.offered.action == wire::OfferAction::remove ? "removed" : "committed";
}

}  // namespace

extern const StateDef kCommitted = {.state = State::committed, .arrive = arrive, .enter = enter, .outcome = outcome};

}  // namespace walle::update
