#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/tasks/version.h"
#include "libwalle/base/clock.h"
#include "libwalle/base/result.h"
#include "libwalle/base/value.h"

namespace walle::daemon {

/// A condition that was met, to be run.
struct Firing {
  std::string task;
  std::string condition;
  std::vector<int64_t> events;  ///< numbers in the event log
  int64_t time_us = 0;
};

/// Whether the same may go well later: the disk is full, or busy.
[[nodiscard]] inline bool may_pass(ErrorCode code) {
  return code == ErrorCode::resource_exhausted || code == ErrorCode::unavailable;
}

/// How far the event log is matched: every event up to `number` but those that still wait for older ones.
struct Progress {
  int64_t number = 0;
  std::vector<int64_t> held;
};

/// A firing with its run's number.
struct QueuedRun {
  int64_t run = 0;
  Firing firing;
  int64_t attempts = 0;  ///< how often it was begun and did not end (a crash)
};

/// Which version of a task is current, and which one it would return to.
struct CurrentVersion {
  VersionKey current;
  std::optional<VersionKey> previous;
};

/// What walled has to remember over kill -9 and power loss; every change is one synced transaction. Loop thread only.
class Ledger {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Ledger>> open(const std::string& path, const Clock& clock);
  ~Ledger();

  [[nodiscard]] Result<std::vector<VersionRow>> versions();
  [[nodiscard]] Result<std::vector<CurrentVersion>> current();
  /// The row becomes current; what was current becomes previous unless it had failed. History: "installed".
  [[nodiscard]] Status activate(const VersionRow& row);
  /// Ends a probation. History: "good" or "failed" with the reason.
  [[nodiscard]] Status set_verdict(const VersionKey& key, const Verdict& verdict);
  /// `previous` becomes current. History: "rolled_back". Errors: failed_precondition without a previous one.
  [[nodiscard]] Status roll_back(const std::string& task, const std::string& reason);
  [[nodiscard]] Status remove_task(const std::string& task, const std::string& reason);
  [[nodiscard]] Status forget_version(const VersionKey& key);
  [[nodiscard]] Result<std::vector<Value>> history(const std::string& task, int64_t limit);

  /// Queues the runs and remembers what is matched: one transaction. Yields their numbers. A lower number than the one
  /// remembered changes nothing of it.
  [[nodiscard]] Result<std::vector<int64_t>> fire(std::span<const Firing> firings, const Progress& progress);
  [[nodiscard]] Result<Progress> progress();
  [[nodiscard]] Result<std::vector<QueuedRun>> queued();
  /// A number for a run that nobody queued.
  [[nodiscard]] Result<int64_t> number_run();
  /// Counts a beginning of a queued run, so that one which kills walled itself is not begun for ever.
  [[nodiscard]] Status begin_run(int64_t run);
  /// Keeps the record (bounded), ends the queued run, and counts it for the version. `record` has run, task, version,
  /// counter, status, started_us. Yields the version's row, if it is (still) known.
  [[nodiscard]] Result<std::optional<VersionRow>> finish_run(const Value& record);
  /// Newest first.
  [[nodiscard]] Result<std::vector<Value>> records(const std::string& task, const std::string& status, int64_t after_us,
                                                   int64_t limit);
  [[nodiscard]] Result<std::optional<Value>> record(int64_t run);
  /// What was wrong with the file at opening, or empty.
  [[nodiscard]] std::string notice() const;

 private:
  struct State;
  explicit Ledger(std::unique_ptr<State> state);
  [[nodiscard]] Status note(const VersionKey& key, std::string_view action, std::string_view reason);
  [[nodiscard]] Result<std::optional<VersionRow>> version(const VersionKey& key);
  std::unique_ptr<State> state_;
};

}  // namespace walle::daemon
