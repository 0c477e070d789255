#pragma once

#include <functional>
#include <memory>

#include "daemon/loop/loop.h"
#include "libwalle/base/result.h"

struct sd_bus;

namespace walle::daemon {

/// Binds a D-Bus connection to the loop: reads, writes and times out as sd-bus asks. `lost` is called once when the
/// connection broke. Does not own the bus.
class BusPump {
 public:
  [[nodiscard]] static Result<std::unique_ptr<BusPump>> create(Loop& loop, sd_bus* bus, std::function<void()> lost);
  BusPump(const BusPump&) = delete;
  BusPump& operator=(const BusPump&) = delete;
  ~BusPump() = default;

  /// Processes what is there. Called by the loop.
  void pump();

 private:
  BusPump(Loop& loop, sd_bus* bus, std::function<void()> lost) : loop_(loop), bus_(bus), lost_(std::move(lost)) {}
  void arm();

  Loop& loop_;
  sd_bus* bus_;
  std::function<void()> lost_;
  Registration watch_;
  Registration timer_;
  Registration before_wait_;  // messages are also queued outside of pump()
  int events_ = 0;
  uint64_t due_us_ = UINT64_MAX;
  bool pumping_ = false;
  bool broken_ = false;
};

}  // namespace walle::daemon
