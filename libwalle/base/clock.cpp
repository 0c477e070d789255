#include "libwalle/base/clock.h"

#include <ctime>

namespace walle {
namespace {

int64_t now_us(clockid_t id) {
  timespec t{};
  clock_gettime(id, &t);
  return int64_t{t.tv_sec} * 1'000'000 + t.tv_nsec / 1'000;
}

class SystemClock final : public Clock {
 public:
  [[nodiscard]] int64_t wall_us() const override { return now_us(CLOCK_REALTIME); }
  [[nodiscard]] int64_t monotonic_us() const override { return now_us(CLOCK_BOOTTIME); }
};

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace walle
