#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "daemon/loop/journal.h"
#include "daemon/loop/loop.h"
#include "daemon/tasks/registry.h"
#include "daemon/tasks/supervisor.h"
#include "streamd/log/event_log.h"
#include "streamd/sequence/reorder.h"
#include "streamd/trigger/matcher.h"

namespace walle::daemon {

/// An event's way: into the log (accepted), into the order of its time, through the matcher, into the ledger's queue,
/// to the supervisor. An event that brought its own time waits `lateness` for older ones; one that did not is younger
/// than all and waits only behind others. The ledger remembers what is matched and what waits, so that after a crash
/// every accepted event is matched once. While the disk is full, what was fired is kept in memory and written later.
/// Loop thread only.
class Pipeline {
 public:
  Pipeline(Loop& loop, Journal& journal, Registry& registry, Supervisor& supervisor, streamd::EventLog& log,
           const Clock& clock, int64_t lateness_us);

  /// Arms the conditions of all tasks, brings the matcher to where it was, and submits what a crash left behind.
  [[nodiscard]] Status start();
  /// Another version of the task is current.
  void changed(const std::string& task, const Installed* installed);

  /// Matches what waits for older events now.
  void release();
  /// Runs that were fired and wait for the disk.
  [[nodiscard]] size_t unfired() const { return unfired_.size(); }
  [[nodiscard]] int64_t lateness_us() const { return lateness_us_; }
  /// Tries again soon to write what the disk refused.
  void catch_up_soon();

  /// All events are durably accepted, or none is. Yields their numbers in the log.
  [[nodiscard]] Result<std::vector<int64_t>> accept(std::vector<streamd::NewEvent> events);

  /// Called with each accepted event.
  std::function<void(const streamd::LoggedEvent&)> accepted;
  [[nodiscard]] const trigger::Matcher& matcher() const { return matcher_; }
  [[nodiscard]] int64_t refused() const { return refused_; }

 private:
  [[nodiscard]] Status restore();
  void order(streamd::LoggedEvent event, bool own_time, std::vector<streamd::Sequenced>& ready);
  void match(std::vector<streamd::Sequenced> events, bool silent = false);
  void match_and_fire(std::vector<streamd::Sequenced> events);
  void queue(const std::vector<trigger::Fired>& fired);
  [[nodiscard]] Status fire();
  void fire_or_retry();
  void submit(const QueuedRun& queued);
  void submit_waiting();
  void arm_timer();
  void add_conditions(const Installed& installed);

  Loop& loop_;
  Journal& journal_;
  Registry& registry_;
  Supervisor& supervisor_;
  streamd::EventLog& log_;
  const Clock& clock_;
  trigger::Matcher matcher_;
  Registration timer_;
  streamd::Reorder reorder_;
  int64_t lateness_us_;
  std::set<int64_t> held_;            // numbers of the events in reorder_
  int64_t last_taken_ = 0;            // number of the newest event that was matched or is held
  std::vector<Firing> unfired_;       // not in the ledger yet
  std::vector<QueuedRun> held_back_;  // the supervisor had no room for them
  Registration retry_;
  int64_t refused_ = 0;
};

}  // namespace walle::daemon
