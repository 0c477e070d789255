#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libwalle/base/clock.h"
#include "libwalle/base/result.h"
#include "libwalle/base/value.h"

namespace walle::streamd {

/// What `append` promises when it returns, and so what a crash may lose.
enum class Durability : uint8_t {
  memory,  ///< in memory; written on count, age or read. The end of the process loses up to flush_age / flush_rows
  flush,   ///< written, not synced: survives kill -9 of the process; power loss may lose the last seconds
  commit,  ///< synced: survives power loss
};

/// "memory", "flush", "commit" → value. Errors: invalid_argument naming them.
[[nodiscard]] Result<Durability> durability_from(std::string_view name);

struct StoreOptions {
  std::string path;                  ///< SQLite file
  int64_t max_bytes = 64 << 20;      ///< of pages in use; the oldest rows of the largest table go first
  size_t flush_rows = 1000;          ///< buffered rows that cause a transaction
  int64_t flush_age_us = 1'000'000;  ///< age of the oldest buffered row that causes one
  size_t max_row_bytes = 1U << 20;   ///< encoded
  size_t max_tables = 256;
};

struct StoreQuery {
  std::string table;
  Value where = Value::object();  ///< fields that must be equal: {"text": "…"}
  size_t limit = 100;
  bool newest_first = true;
  int64_t before_number = INT64_MAX;  ///< for paging: rows with smaller (newest first) numbers
  int64_t after_number = 0;           ///< or greater ones
  int64_t from_us = INT64_MIN;        ///< time of append
  size_t max_bytes = 16U << 20;
};

struct StoredRow {
  int64_t number = 0;   ///< grows with each row
  int64_t time_us = 0;  ///< when it was appended
  Value value;
};

struct StoreStats {
  int64_t rows = 0, bytes = 0, buffered = 0, transactions = 0;
  int64_t dropped = 0;  ///< rows dropped by retention since opening
  int64_t lost = 0;     ///< buffered rows given up because the disk stayed full
};

/// Collective storage: rows of several tasks, buffered per table, one SQLite transaction for all of them on count, age
/// or read. Thread-safe: one mutex.
class Store {
 public:
  /// A damaged file is set aside (see notice()) and a fresh one made.
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(const StoreOptions& options, const Clock& clock);
  /// Writes what is buffered.
  virtual ~Store() = default;

  /// `table` is a name ([a-z][a-z0-9_-]{0,63}), made on first use; rows are maps.
  /// Errors: invalid_argument; resource_exhausted (row or table count over the limit, disk full; row not taken).
  [[nodiscard]] virtual Status append(std::string_view table, const Value& row,
                                      Durability durability = Durability::flush) = 0;
  /// The same for several rows: one transaction, all or none.
  [[nodiscard]] virtual Status append_rows(std::string_view table, std::span<const Value> rows,
                                           Durability durability = Durability::flush) = 0;
  /// Sees every row appended before the call. An unknown table has no rows.
  [[nodiscard]] virtual Result<std::vector<StoredRow>> query(const StoreQuery& query) = 0;
  [[nodiscard]] virtual Result<std::vector<std::string>> tables() = 0;
  /// Forgets a table's rows. Fine if there is none.
  [[nodiscard]] virtual Status drop(std::string_view table) = 0;
  /// Writes what is buffered now, as `durability` says.
  [[nodiscard]] virtual Status flush(Durability durability = Durability::commit) = 0;
  /// Writes what has been buffered for longer than flush_age_us; call at next_deadline_us() (monotonic clock).
  [[nodiscard]] virtual Status advance() = 0;
  [[nodiscard]] virtual int64_t next_deadline_us() const = 0;
  [[nodiscard]] virtual Result<StoreStats> stats() = 0;
  [[nodiscard]] virtual std::string notice() const = 0;
};

}  // namespace walle::streamd
