#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/update/row.h"
#include "ipc/wire/report.h"
#include "libwalle/base/result.h"

namespace walle::update {

/// What the agent has to know after a power cut. Each call is one transaction; it is on disk when it returns.
/// Thread: one at a time.
class Journal {
 public:
  virtual ~Journal() = default;
  [[nodiscard]] virtual Result<std::vector<TaskRow>> rows() = 0;
  /// Writes the row and, in the same transaction, puts `outcome` (its seq is given here) into the outbox.
  [[nodiscard]] virtual Status save(const TaskRow& row, const std::optional<wire::Outcome>& outcome) = 0;
  [[nodiscard]] virtual Status forget(const std::string& task) = 0;
  /// The outbox, oldest first.
  [[nodiscard]] virtual Result<std::vector<wire::Outcome>> outcomes(size_t limit) = 0;
  /// Removes all with seq ≤ `seq`.
  [[nodiscard]] virtual Status acknowledge(uint64_t seq) = 0;
  /// Small named texts: the epoch, what is trusted. Empty if never set.
  [[nodiscard]] virtual Result<std::string> get(const std::string& key) = 0;
  [[nodiscard]] virtual Status set(const std::string& key, const std::string& value) = 0;
};

/// SQLite, WAL, synchronous=FULL. A file that is no database is moved aside (PATH.corrupt) and begun anew: the cloud
/// offers again what is wanted. Errors: unavailable, resource_exhausted.
[[nodiscard]] Result<std::unique_ptr<Journal>> open_sqlite_journal(const std::string& path);

/// Forgets everything at the end; for simulated devices.
[[nodiscard]] std::unique_ptr<Journal> make_memory_journal();

}  // namespace walle::update
