#pragma once

#include <cstdint>

namespace walle {

/// Time as decision code sees it; injected, so that tests and simulation own it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Microseconds since 1970, UTC. May step.
  [[nodiscard]] virtual int64_t wall_us() const = 0;
  /// Microseconds of CLOCK_BOOTTIME; never goes back, runs on during suspend.
  [[nodiscard]] virtual int64_t monotonic_us() const = 0;
};

/// The machine's clocks. Lives for ever.
[[nodiscard]] const Clock& system_clock();

/// A clock that moves only when told to. For tests and simulations; set from one thread.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(int64_t wall_us = 1'700'000'000'000'000) : wall_us_(wall_us) {}
  [[nodiscard]] int64_t wall_us() const override { return wall_us_; }
  [[nodiscard]] int64_t monotonic_us() const override { return monotonic_us_; }
  void advance_us(int64_t us) {
    wall_us_ += us;
    monotonic_us_ += us;
  }

 private:
  int64_t wall_us_;
  int64_t monotonic_us_ = 0;
};

}  // namespace walle
