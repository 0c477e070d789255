#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ipc/wire/event.h"
#include "libwalle/base/clock.h"
#include "libwalle/base/result.h"

namespace walle::streamd {

struct LogOptions {
  std::string path;                               ///< SQLite file
  int64_t max_bytes = 64 << 20;                   ///< of pages in use; the oldest events go first
  int64_t max_age_us = 7LL * 86'400 * 1'000'000;  ///< by event time
  size_t max_batch = 4096;                        ///< events in one append
};

/// An event on its way into the log. With a `uid` (≤ 128 bytes, chosen by the sender) a second append of the same
/// uid is a duplicate: it is not stored again and gets the first one's number.
struct NewEvent {
  wire::Event event;
  std::string uid;
};

/// An accepted event with its number; numbers grow, are never used twice, and may have gaps.
struct LoggedEvent {
  int64_t number = 0;
  std::string uid;
  wire::Event event;
};

/// What became of one event of a batch.
struct Accepted {
  int64_t number = 0;
  bool duplicate = false;
};

struct LogQuery {
  int64_t after_number = 0;     ///< numbers greater than this
  int64_t from_us = INT64_MIN;  ///< time in [from_us, to_us)
  int64_t to_us = INT64_MAX;
  std::string page;              ///< empty: any
  std::string id;                ///< empty: any
  size_t limit = 1000;           ///< events
  size_t max_bytes = 32U << 20;  ///< of contents; at least one event is returned
  bool newest_first = false;
};

struct LogStats {
  int64_t events = 0, bytes = 0, first_number = 0, last_number = 0;
  int64_t appended = 0, duplicates = 0, dropped = 0;  ///< since opening; dropped by age or bytes
};

/// The durable list of accepted events. Accepted = returned by `append`: on disk after kill -9 and power loss
/// (SQLite WAL, synchronous=FULL, one transaction a batch). Thread-safe: one mutex; appends of a batch cost one fsync.
class EventLog {
 public:
  /// A damaged file is set aside (see notice()) and a fresh log opened. Errors: permission_denied, unavailable …
  [[nodiscard]] static Result<std::unique_ptr<EventLog>> open(const LogOptions& options, const Clock& clock);
  virtual ~EventLog() = default;

  /// Stores all events of the batch or none. time_us 0 becomes the wall clock's now (also in `batch`).
  /// Errors: invalid_argument (batch or event too large), resource_exhausted (disk full; nothing was stored).
  [[nodiscard]] virtual Result<std::vector<Accepted>> append(std::span<NewEvent> batch) = 0;
  [[nodiscard]] virtual Result<std::vector<LoggedEvent>> read(const LogQuery& query) = 0;
  /// Applies age and byte limits; also done now and then by append.
  [[nodiscard]] virtual Status trim() = 0;
  [[nodiscard]] virtual Result<LogStats> stats() = 0;
  /// Empty, or what was set aside at opening; for the journal.
  [[nodiscard]] virtual std::string notice() const = 0;
};

}  // namespace walle::streamd
