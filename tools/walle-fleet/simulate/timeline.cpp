#include "tools/walle-fleet/simulate/timeline.h"

#include <algorithm>

namespace walle::fleet {

void Timeline::after(int64_t delay_us, std::function<void()> what) {
  events_.push({now_us() + std::max<int64_t>(delay_us, 0), numbers_++, std::move(what)});
}

bool Timeline::step(int64_t until_us) {
  if (events_.empty() || events_.top().time_us > until_us) {
    clock_.advance_us(std::max<int64_t>(until_us - now_us(), 0));
    return false;
  }
  // The queue gives only const access to its first element, which is about to go.
  Event event = std::move(const_cast<Event&>(events_.top()));
  events_.pop();
  clock_.advance_us(event.time_us - now_us());
  event.what();
  return true;
}

}  // namespace walle::fleet
