#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "libwalle/base/result.h"

namespace walle::wire {

/// One result of a task on its way to the cloud.
struct Feature {
  std::string id;  ///< unique on the device: 1..64 characters [0-9a-zA-Z_-]; the receiver drops repeats
  std::string task, version, name;
  int64_t time_us = 0;         ///< when the task sent it
  std::vector<uint8_t> value;  ///< CBOR (libwalle/base/value.h)
  bool operator==(const Feature&) const = default;
};

/// Bounds of a frame that is decoded.
struct FrameLimits {
  size_t frame_bytes = 2U << 20;     ///< as received
  size_t content_bytes = 16U << 20;  ///< decompressed
  size_t features = 4096;
};

/// A zstd dictionary: trained per task, shipped with it, named by its number. 0 and empty: none.
struct Dictionary {
  uint32_t id = 0;
  std::span<const uint8_t> bytes;
};

/// The frame of the tunnel, one MQTT payload:
///   "WF" | version u8 = 1 | codec u8 (0 plain, 1 zstd) | dictionary id u32 le | content size u32 le |
///   content: CBOR list of [id, task, version, name, time_us, value bytes], compressed by the codec.
/// Plain where compression does not pay. At least once: the receiver answers with the ids and forgets repeats.
/// Errors: invalid_argument (a field over its bound), internal.
[[nodiscard]] Result<std::vector<uint8_t>> encode_features(std::span<const Feature> features,
                                                           const Dictionary& dictionary = {}, int level = 3);

/// The dictionary id that a frame needs, 0 for none. Errors: data_loss for no frame of ours, unsupported version.
[[nodiscard]] Result<uint32_t> dictionary_of(std::span<const uint8_t> frame);

/// Decodes a frame from outside. Errors: data_loss (malformed), unsupported (newer version or codec),
/// resource_exhausted (a limit), failed_precondition (`dictionary` is not the one that the frame names).
[[nodiscard]] Result<std::vector<Feature>> decode_features(std::span<const uint8_t> frame,
                                                           const Dictionary& dictionary = {},
                                                           const FrameLimits& limits = {});

}  // namespace walle::wire
