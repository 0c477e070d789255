#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libwalle/base/digest.h"
#include "libwalle/base/result.h"
#include "libwalle/base/value.h"

namespace walle::wire {

inline constexpr size_t kMaxOfferBytes = 256U << 10;
inline constexpr size_t kMaxOfferedTasks = 256;
inline constexpr size_t kMaxOrigins = 16;
inline constexpr size_t kMaxExclusiveFiles = 256;

enum class OfferAction : uint8_t { install, remove, rollback };
[[nodiscard]] std::string_view name_of(OfferAction action);

/// Minutes since midnight in the device's local time; `to` < `from` spans midnight.
struct OfferWindow {
  int64_t from_minute = 0;
  int64_t to_minute = 0;
};

/// A file for this device alone. The blob is named by the SHA-256 of its sealed (encrypted) bytes.
struct ExclusiveFile {
  std::string path;  ///< in the bundle's folder
  int64_t size = 0;  ///< of the sealed blob
  Digest sha256{};   ///< of the sealed blob
};

/// What should become of one task.
struct OfferedTask {
  std::string scenario;
  std::string task;
  OfferAction action = OfferAction::install;  ///< rollback = install of an older version, normally still on disk
  std::string version;
  int64_t counter = 0;  ///< release counter; a device ignores anything not above what it has seen for the task
  Digest manifest{};    ///< SHA-256 of the manifest's bytes; also its blob's name
  int64_t manifest_bytes = 0;
  int64_t deadline_us = 0;            ///< the device fails the update by itself past this (UTC); 0 = none
  int64_t jitter_us = 0;              ///< the device waits hash(device, counter) % jitter before it pulls
  std::optional<OfferWindow> window;  ///< when it may switch
  std::vector<ExclusiveFile> exclusive;
};

/// The cloud's answer to a report. Tasks it does not name stay as they are. A pure function of profile and release
/// table, so duplicates, losses and reordering are harmless.
struct Offer {
  std::string device;                ///< others ignore it
  std::string nonce;                 ///< of the report it answers; empty when pushed unasked
  int64_t epoch = 0;                 ///< of the release table; an offer below the newest seen epoch is ignored
  int64_t time_us = 0;               ///< when it was signed: the device's clock floor
  int64_t expires_us = 0;            ///< ignored after
  bool ask_profile = false;          ///< send the full profile in the next report
  std::vector<std::string> origins;  ///< base URLs, best first: ORIGIN/blobs/<sha256>, ORIGIN/metadata/<file>
  std::vector<OfferedTask> tasks;
};

/// The part that the director role signs (ipc/bundle/roles.h: sign_envelope → bytes on topic `offer`).
[[nodiscard]] Value to_value(const Offer& offer);
/// Of an envelope's signed part. Errors: invalid_argument naming the key, resource_exhausted.
[[nodiscard]] Result<Offer> offer_from_value(const Value& value);

}  // namespace walle::wire
