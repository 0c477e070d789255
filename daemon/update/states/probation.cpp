#include "daemon/update/state_def.h"

namespace walle::update {
namespace {

/// walled keeps the time itself; past this the agent stops waiting for its word.
constexpr int64_t kGraceUs = 30'000'000;
constexpr int64_t kUsualUs = 600'000'000;

void arrive(Arrival& arrival) {
  TaskRow& row = arrival.row;
  const wire::OfferedTask& offered = row.target.offered;
  row.previous = row.current;
  row.current = Installed{.scenario = offered.scenario,
                          .version = offered.version,
                          .counter = offered.counter,
                          .manifest = offered.manifest};
  row.probation_until_us = arrival.now_us + (row.probation_us > 0 ? row.probation_us : kUsualUs) + kGraceUs;
}

}  // namespace

extern const StateDef kProbation = {.state = State::probation,
                                    .arrive = arrive,
                                    .enter = [](Work&) -> std::optional<Event> { return std::nullopt; },
                                    .outcome = nullptr};

}  // namespace walle::update
