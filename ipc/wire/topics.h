#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libwalle/base/result.h"

namespace walle::wire {

/// Devices are spread over this many partitions; a broker process owns whole partitions.
inline constexpr int kPartitions = 256;

/// The last level of a topic `walle/1/PARTITION/DEVICE/KIND`.
enum class TopicKind : uint8_t {
  report,   ///< device → cloud: Report
  offer,    ///< cloud → device: signed Offer
  feature,  ///< device → cloud: a frame of features
  ack,      ///< cloud → device: Ack
  event,    ///< cloud → device: an answer from the cloud, one encoded event
  link,     ///< device → cloud: "online", or by last will "offline" (retained; a hint only)
};

/// `report`, `offer`, …
[[nodiscard]] std::string_view name_of(TopicKind kind);

/// A hint to every device that the release table has a new epoch (payload: Nudge). Correctness never depends on it.
inline constexpr std::string_view kNudgeTopic = "walle/1/nudge";

/// A device's name: `[A-Za-z0-9][A-Za-z0-9._-]{0,63}`. Also the CN of its certificate and its MQTT client id.
[[nodiscard]] bool is_device_id(std::string_view text);

/// The partition of a device: first byte of SHA-256 of its name, 0 ≤ partition < kPartitions.
[[nodiscard]] int partition_of(std::string_view device);

/// `walle/1/PARTITION/DEVICE/KIND`; the device's name must be valid.
[[nodiscard]] std::string topic_of(std::string_view device, TopicKind kind);

/// Filter for all devices of one partition: `walle/1/17/+/report`; all partitions if `partition` < 0.
[[nodiscard]] std::string topic_filter(int partition, TopicKind kind);

/// A topic taken apart.
struct Topic {
  int partition = 0;
  std::string device;
  TopicKind kind = TopicKind::report;
};

/// Errors: invalid_argument for a foreign topic, a bad name, or a partition that is not the device's own.
[[nodiscard]] Result<Topic> parse_topic(std::string_view text);

}  // namespace walle::wire
