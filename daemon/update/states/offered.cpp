#include <charconv>

#include "daemon/update/state_def.h"

namespace walle::update {
namespace {

/// Also from `offered` itself, when a newer offer takes the place of one under way: fetched blobs stay on disk.
void arrive(Arrival& arrival) {
  TaskRow& row = arrival.row;
  row.restarts = row.bytes = row.runs = row.failures = 0;
  row.probation_us = row.probation_until_us = 0;
  row.reason.clear();
  row.not_before_us = 0;
  if (row.target.offered.jitter_us > 0) {
    const Digest hash =
        sha256(row.task + "/" + std::to_string(row.target.offered.counter) + "/" + std::to_string(arrival.now_us));
    const uint64_t share =
        (uint64_t{hash[0]} << 24U) | (uint64_t{hash[1]} << 16U) | (uint64_t{hash[2]} << 8U) | hash[3];
    row.not_before_us =
        arrival.now_us + static_cast<int64_t>(share % static_cast<uint64_t>(row.target.offered.jitter_us));
  }
}

std::optional<Event> enter(Work& work) {
  if (work.row.target.offered.action == wire::OfferAction::remove) return Event::skip;
  work.effects.verify(work.row, work.ticket);
  return std::nullopt;
}

}  // namespace

extern const StateDef kOffered = {.state = State::offered, .arrive = arrive, .enter = enter, .outcome = nullptr};

}  // namespace walle::update
