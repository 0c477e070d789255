#include "daemon/update/state_def.h"

namespace walle::update {
namespace {

constexpr int64_t kMinuteUs = 60'000'000;
constexpr int64_t kDayMinutes = 24 * 60;

void arrive(Arrival& arrival) {
  if (arrival.detail.probation_us > 0) arrival.row.probation_us = arrival.detail.probation_us;
}

bool open(const wire::OfferWindow& window, int64_t minute) {
  if (window.from_minute <= window.to_minute) return minute >= window.from_minute && minute < window.to_minute;
  return minute >= window.from_minute || minute < window.to_minute;
}

std::optional<Event> enter(Work& work) {
  const auto& window = work.row.target.offered.window;
  if (!window || open(*window, work.local_minute)) return Event::done;
  const int64_t wait = (window->from_minute - work.local_minute + kDayMinutes) % kDayMinutes;
  // At most an hour at a time: the clock may step, summer time may begin.
  work.wake_us = work.now_us + std::min<int64_t>(wait, 60) * kMinuteUs;
  return Event::later;
}

}  // namespace

extern const StateDef kReady = {.state = State::ready, .arrive = arrive, .enter = enter, .outcome = nullptr};

}  // namespace walle::update
