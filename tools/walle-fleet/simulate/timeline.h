#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

#include "libwalle/base/clock.h"

namespace walle::fleet {

/// Time that jumps from one event to the next. Events of the same time happen in the order in which they were asked
/// for.
class Timeline {
 public:
  [[nodiscard]] const Clock& clock() const { return clock_; }
  [[nodiscard]] int64_t now_us() const { return clock_.monotonic_us(); }
  void after(int64_t delay_us, std::function<void()> what);
  /// The next event; false if there is none up to `until_us`, and then it is `until_us`.
  [[nodiscard]] bool step(int64_t until_us);

 private:
  struct Event {
    int64_t time_us = 0;
    uint64_t number = 0;
    std::function<void()> what;
  };
  struct Later {
    bool operator()(const Event& a, const Event& b) const {
      return a.time_us != b.time_us ? a.time_us > b.time_us : a.number > b.number;
    }
  };

  ManualClock clock_;
  std::priority_queue<Event, std::vector<Event>, Later> events_;
  uint64_t numbers_ = 0;
};

}  // namespace walle::fleet
