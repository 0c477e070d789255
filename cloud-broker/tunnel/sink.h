#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>

#include "cloud-broker/store/store.h"
#include "ipc/wire/ack.h"
#include "libwalle/base/clock.h"
#include "libwalle/base/result.h"

namespace walle::tunnel {

/// The cloud's end of the real-time tunnel: takes frames of features, stores each feature once by (device, id).
/// Thread-safe.
class Sink {
 public:
  Sink(store::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  /// Stores a frame durably. The acknowledgements name every feature of the frame, also those known before; more than
  /// one if the frame has more features than an Ack may name. Errors: data_loss, unsupported (a dictionary that is not
  /// here), resource_exhausted, unavailable (the database): then nothing is acknowledged and the device sends again.
  [[nodiscard]] Result<std::vector<wire::Ack>> take(const std::string& device, std::span<const uint8_t> frame);

  [[nodiscard]] int64_t stored() const { return stored_; }
  [[nodiscard]] int64_t repeated() const { return repeated_; }

 private:
  store::Store& store_;
  const Clock& clock_;
  std::atomic<int64_t> stored_ = 0;
  std::atomic<int64_t> repeated_ = 0;
};

}  // namespace walle::tunnel
