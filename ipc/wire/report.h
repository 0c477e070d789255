#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ipc/wire/profile.h"
#include "libwalle/base/result.h"

namespace walle::wire {

inline constexpr size_t kMaxReportBytes = 128U << 10;
inline constexpr size_t kMaxOutcomes = 64;

/// How one release ended on this device. Sent again in every report until an Ack covers `seq`.
struct Outcome {
  uint64_t seq = 0;  ///< of the device's outbox: grows by one, survives restarts
  std::string task;
  std::string version;  ///< the version that was tried
  int64_t counter = 0;  ///< of the offer
  std::string result;   ///< "committed", "rolled_back", "failed", "removed"
  std::string reason;   ///< for people: why it failed; empty for success
  int64_t time_us = 0;  ///< when, by the device's clock
  int64_t runs = 0;     ///< of the probation
  int64_t failures = 0;
  int64_t bytes = 0;  ///< downloaded for it
};

/// What a device says when it connects, when something changed, and every now and then.
struct Report {
  std::string device;
  std::string boot;   ///< random, new at each start of the agent: two that alternate are a cloned device
  uint64_t seq = 0;   ///< grows by one with each report of this boot
  std::string nonce;  ///< the next offer has to repeat it, if it is not empty
  int64_t epoch = 0;  ///< newest epoch of the release table this device has seen
  ProfileDigest digest{};
  std::optional<Profile> profile;  ///< only if asked, or if the device knows that it changed
  std::vector<Outcome> outcomes;   ///< oldest first, at most kMaxOutcomes
};

/// CBOR. A report without profile and outcomes is below 160 bytes.
[[nodiscard]] std::vector<uint8_t> encode_report(const Report& report);
/// Errors: data_loss, invalid_argument naming the key, resource_exhausted. Unknown keys are ignored.
[[nodiscard]] Result<Report> decode_report(std::span<const uint8_t> bytes);

}  // namespace walle::wire
