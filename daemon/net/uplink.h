#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "daemon/net/loop.h"
#include "daemon/net/mqtt_session.h"
#include "ipc/wire/feature.h"

namespace walle::net {

/// The tunnel's last step: features from walled wait here until the cloud's ack names them. Sent at once when online,
/// again after a reconnect or `kAgainUs` of silence. walled keeps them durably and bounds how many it hands over.
class Uplink {
 public:
  static constexpr int64_t kAgainUs = 10'000'000;
  static constexpr size_t kFrameBytes = 512U << 10;  ///< of values in one frame

  /// `publish` sends one frame; false: not now.
  Uplink(Loop& loop, std::function<bool(std::span<const uint8_t> frame)> publish,
         std::function<void(const std::string&)> log);

  void add(std::vector<wire::Feature> features);
  /// All that waits is sent (again).
  void send_all();
  /// Forgets those; yields the ones that were waiting.
  std::vector<std::string> acknowledge(const std::vector<std::string>& ids);
  /// walled has gone: it will hand everything over again.
  void clear();
  [[nodiscard]] size_t waiting() const { return waiting_.size(); }

 private:
  void send(const std::vector<const wire::Feature*>& features);

  std::function<bool(std::span<const uint8_t>)> publish_;
  std::function<void(const std::string&)> log_;
  Loop::Timer again_;
  std::map<std::string, wire::Feature> waiting_;
  std::vector<std::string> order_;  ///< oldest first
};

}  // namespace walle::net
