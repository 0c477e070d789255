#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "libwalle/base/result.h"

namespace walle::wire {

inline constexpr size_t kMaxAckBytes = 64U << 10;
inline constexpr size_t kMaxAckedFeatures = 1024;

/// What the cloud has stored durably. Cumulative where it can be; losing one is harmless.
struct Ack {
  uint64_t outcomes = 0;              ///< all outcomes with seq ≤ this; 0 = nothing
  std::vector<std::string> features;  ///< ids that have reached the sink
};

/// "The release table changed; report after a random part of `jitter_us`."
struct Nudge {
  int64_t epoch = 0;
  int64_t jitter_us = 0;
};

/// CBOR, and back. Errors: data_loss, invalid_argument naming the key, resource_exhausted. Unknown keys are ignored.
[[nodiscard]] std::vector<uint8_t> encode_ack(const Ack& ack);
[[nodiscard]] Result<Ack> decode_ack(std::span<const uint8_t> bytes);
[[nodiscard]] std::vector<uint8_t> encode_nudge(const Nudge& nudge);
[[nodiscard]] Result<Nudge> decode_nudge(std::span<const uint8_t> bytes);

}  // namespace walle::wire
