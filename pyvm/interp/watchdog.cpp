#include "pyvm/interp/watchdog.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "libwalle/base/clock.h"

namespace walle::pyvm {
namespace {
constexpr int64_t kNudgeEveryUs = 5'000;
constexpr int64_t kLongestSleepUs = 3'600'000'000;

class Dog {
 public:
  Dog() {
    std::thread([this] { loop(); }).detach();
  }
  void add(Watched* watched) {
    const std::lock_guard lock(mutex_);
    watched_.push_back(watched);
  }
  void remove(Watched* watched) {
    const std::lock_guard lock(mutex_);
    std::erase(watched_, watched);
  }
  void wake() {
    {
      const std::lock_guard lock(mutex_);
      woken_ = true;
    }
    changed_.notify_one();
  }

 private:
  [[noreturn]] void loop() {
    std::unique_lock lock(mutex_);
    for (;;) {
      const int64_t now = now_us();
      int64_t next = now + kLongestSleepUs;
      for (Watched* watched : watched_) {
        int64_t at = watched->nudge_after_us();
        if (at <= now) {
          watched->nudge();
          at = now + kNudgeEveryUs;
        }
        next = std::min(next, at);
      }
      changed_.wait_for(lock, std::chrono::microseconds(next - now), [this] { return woken_; });
      woken_ = false;
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Watched*> watched_;
  bool woken_ = false;
};

// Never destroyed: its thread lives as long as the process.
Dog& dog() {
  static Dog* dog = new Dog;
  return *dog;
}
}  // namespace

void watchdog::add(Watched* watched) { dog().add(watched); }
void watchdog::remove(Watched* watched) { dog().remove(watched); }
void watchdog::wake() { dog().wake(); }

int64_t now_us() { return system_clock().monotonic_us(); }

}  // namespace walle::pyvm
