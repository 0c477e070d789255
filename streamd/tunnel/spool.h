#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ipc/wire/feature.h"
#include "libwalle/base/clock.h"
#include "libwalle/base/result.h"

namespace walle::streamd {

/// Which features go when the spool is full.
enum class SpoolPolicy : uint8_t {
  drop_oldest,  ///< the new one is taken, the oldest unsent ones go (counted)
  refuse_new,   ///< `add` returns resource_exhausted
};

struct SpoolOptions {
  std::string path;              ///< SQLite file
  int64_t max_bytes = 16 << 20;  ///< sum of the features' values and names
  SpoolPolicy policy = SpoolPolicy::drop_oldest;
  size_t max_feature_bytes = 1U << 20;
  int64_t max_age_us = 7LL * 86'400 * 1'000'000;
};

/// A feature as a task sends it; `value` is CBOR.
struct NewFeature {
  std::string task, version, name;
  std::vector<uint8_t> value;
  /// Empty: the spool makes one. Given: adding it again changes nothing while it waits, and the receiver drops it as a
  /// repetition later, so what a repeated run sends has its effect once. Unique on the device; up to 96 of [a-z0-9-].
  std::string id;
};

struct SpoolBatch {
  std::vector<wire::Feature> features;  ///< oldest first
  int64_t position = 0;                 ///< pass as `after` to get the following ones while these are in flight
};

struct SpoolStats {
  int64_t waiting = 0, bytes = 0;
  int64_t added = 0, acknowledged = 0, dropped = 0;  ///< since opening
};

/// Features on their way to the cloud, on disk until the cloud has acknowledged them: `add` returns after an fsync.
/// At least once: what was handed out and not acknowledged is handed out again after a restart; ids make the effect
/// happen once at the receiver. Ids are unique on the device for ever: random boot part (128 bits, new at each opening)
/// and a counter. Thread-safe: one mutex.
class Spool {
 public:
  /// A damaged file is set aside (see notice()).
  [[nodiscard]] static Result<std::unique_ptr<Spool>> open(const SpoolOptions& options, const Clock& clock);
  virtual ~Spool() = default;

  /// Returns the ids, in order; all or none are stored. Errors: invalid_argument (name, size); resource_exhausted.
  [[nodiscard]] virtual Result<std::vector<std::string>> add(std::span<const NewFeature> features) = 0;
  /// The oldest waiting features after `after` (0: from the start), at most `max_bytes` of values (but at least one
  /// feature) and `max_count` of them.
  [[nodiscard]] virtual Result<SpoolBatch> next(size_t max_bytes, size_t max_count = 256, int64_t after = 0) = 0;
  /// Forgets features that the cloud has; unknown ids are fine (acknowledged twice).
  [[nodiscard]] virtual Status acknowledge(std::span<const std::string> ids) = 0;
  [[nodiscard]] virtual Result<SpoolStats> stats() = 0;
  [[nodiscard]] virtual std::string notice() const = 0;
};

}  // namespace walle::streamd
