#include "daemon/loop/bus_pump.h"

#include <systemd/sd-bus.h>

#include <algorithm>
#include <ctime>

namespace walle::daemon {
namespace {

/// sd-bus speaks of times in CLOCK_MONOTONIC.
int64_t sd_now_us() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace

Result<std::unique_ptr<BusPump>> BusPump::create(Loop& loop, sd_bus* bus, std::function<void()> lost) {
  const int fd = sd_bus_get_fd(bus);
  if (fd < 0) return fail(ErrorCode::unavailable, "the bus connection has no descriptor");
  std::unique_ptr<BusPump> pump(new BusPump(loop, bus, std::move(lost)));
  pump->watch_ = WALLE_TRY(loop.watch(fd, [raw = pump.get()] { raw->pump(); }));
  pump->before_wait_ = loop.before_wait([raw = pump.get()] { raw->arm(); });
  pump->pump();
  return pump;
}

void BusPump::pump() {
  if (pumping_ || broken_) return;
  pumping_ = true;
  int code = 1;
  while (code > 0) code = sd_bus_process(bus_, nullptr);
  pumping_ = false;
  if (code < 0 && code != -EBUSY) {
    broken_ = true;
    watch_.reset();
    timer_.reset();
    before_wait_.reset();
    lost_();
  }
}

void BusPump::arm() {
  const int events = sd_bus_get_events(bus_);
  if (events >= 0 && events != events_) {
    events_ = events;
    Loop::set_events(watch_, events);
  }
  uint64_t due_us = UINT64_MAX;
  if (sd_bus_get_timeout(bus_, &due_us) < 0) due_us = UINT64_MAX;
  if (due_us == due_us_) return;
  due_us_ = due_us;
  timer_.reset();
  if (due_us == UINT64_MAX) return;
  timer_ = loop_.after(std::max<int64_t>(0, static_cast<int64_t>(due_us) - sd_now_us()), [this] {
    due_us_ = UINT64_MAX;
    pump();
  });
}

}  // namespace walle::daemon
