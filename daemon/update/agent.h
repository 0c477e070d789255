#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "daemon/update/effects.h"
#include "daemon/update/journal.h"
#include "daemon/update/row.h"
#include "ipc/wire/offer.h"
#include "ipc/wire/profile.h"
#include "ipc/wire/report.h"
#include "libwalle/base/clock.h"
#include "libwalle/base/result.h"

namespace walle::update {

/// Restarts in one update, without progress, after which it is given up.
inline constexpr int64_t kMaxRestarts = 28;

struct AgentOptions {
  std::string device;
  /// Minute of the local day at a wall-clock time; null: the machine's time zone.
  std::function<int(int64_t wall_us)> local_minute;
  /// After every transaction, before its effect. For tests that kill the process there, and for logs.
  std::function<void(const TaskRow& row, Event event)> on_transition;
};

/// The update agent of one device: takes offers, drives one state machine per task, keeps the outbox of outcomes.
/// Tasks do not wait for one another. Not thread-safe: everything, answers included, comes from one thread. Never
/// blocks but for the journal's transactions. When the journal cannot be written, the state stays what it was and the
/// event is tried again.
class Agent {
 public:
  /// All outlive the agent.
  Agent(Journal& journal, Effects& effects, const Clock& clock, AgentOptions options);

  /// Reads the journal and re-enters every update that was under way.
  [[nodiscard]] Status start();

  /// Takes an offer whose signature has been verified. Errors: permission_denied (another device's),
  /// failed_precondition (an older epoch, or expired). Tasks whose counter is not higher than known are skipped
  /// silently.
  [[nodiscard]] Status offer(const wire::Offer& offer);

  /// An effect's answer.
  void answer(const Ticket& ticket, Event event, Detail detail = {});

  /// walled's verdict on a version on probation; a verdict on anything else is ignored.
  void verdict(const std::string& task, int64_t counter, bool good, Detail detail);

  /// What walled says that it runs: repairs what differs and takes verdicts that got lost. Also retries what waited for
  /// walled.
  void reconcile(const std::vector<wire::InstalledTask>& running);

  /// Acts on deadlines and retries that are due. `next_wake_us` (monotonic): when to call it next; INT64_MAX: never.
  void tick();
  [[nodiscard]] int64_t next_wake_us() const;

  /// For the profile: what is current, and what an update is doing.
  [[nodiscard]] std::vector<wire::InstalledTask> installed() const;
  [[nodiscard]] const std::map<std::string, TaskRow>& rows() const { return rows_; }
  [[nodiscard]] int64_t epoch() const { return epoch_; }
  [[nodiscard]] Result<std::vector<wire::Outcome>> outcomes() { return journal_.outcomes(wire::kMaxOutcomes); }
  [[nodiscard]] Status acknowledge(uint64_t seq) { return journal_.acknowledge(seq); }

  /// Called when `installed()` or the outbox has changed: worth a report.
  void on_change(std::function<void()> callback) { on_change_ = std::move(callback); }

 private:
  struct Queued {
    std::string task;
    Event event;
    Detail detail;
  };
  struct Wait {
    int64_t retry_us = INT64_MAX;  ///< monotonic
    int retries = 0;
    uint64_t turn = 0;  ///< of the effect under way
    bool waiting_for_walled = false;
  };

  void post(const std::string& task, Event event, Detail detail = {});
  void drain();
  void handle(const Queued& queued);
  Status move(TaskRow row, State to, Event event, const Detail& detail);
  void enter(const std::string& task);
  void retry_later(const std::string& task, int64_t wake_wall_us);
  void take_pending(TaskRow& row);
  void take(const Target& target);
  [[nodiscard]] std::optional<int64_t> deadline_of(const TaskRow& row) const;
  [[nodiscard]] int minute_now() const;

  Journal& journal_;
  Effects& effects_;
  const Clock& clock_;
  AgentOptions options_;
  std::map<std::string, TaskRow> rows_;
  std::map<std::string, Wait> waits_;
  std::deque<Queued> queue_;
  std::function<void()> on_change_;
  int64_t epoch_ = 0;
  uint64_t turns_ = 0;
  bool draining_ = false;
};

}  // namespace walle::update
