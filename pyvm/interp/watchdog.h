#pragma once

#include <cstdint>
#include <functional>

namespace walle::pyvm {

/// Something with a deadline that has to be nudged until it ends.
class Watched {
 public:
  virtual ~Watched() = default;
  /// CLOCK_BOOTTIME microseconds after which it has to be nudged; INT64_MAX: not now. Any thread.
  [[nodiscard]] virtual int64_t nudge_after_us() const = 0;
  /// Called from the watchdog's thread, again and again while `nudge_after_us` lies in the past. Must not block.
  virtual void nudge() = 0;
};

/// One thread a process that nudges what is past its deadline, every 5 ms, and sleeps otherwise.
namespace watchdog {
void add(Watched* watched);
/// After it returns, `watched` is not called any more.
void remove(Watched* watched);
/// A deadline changed: look again.
void wake();
}  // namespace watchdog

/// CLOCK_BOOTTIME in microseconds.
[[nodiscard]] int64_t now_us();

}  // namespace walle::pyvm
