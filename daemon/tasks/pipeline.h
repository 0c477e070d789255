#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "daemon/loop/journal.h"
#include "daemon/loop/loop.h"
#include "daemon/tasks/registry.h"
#include "daemon/tasks/supervisor.h"
#include "streamd/log/event_log.h"
#include "streamd/trigger/matcher.h"

namespace walle::daemon {

/// An event's way: into the log (accepted), through the matcher, into the ledger's queue, to the supervisor. After a
/// crash the log is read from the ledger's cursor on, so that what was accepted is matched once. Loop thread only.
class Pipeline {
 public:
  Pipeline(Loop& loop, Journal& journal, Registry& registry, Supervisor& supervisor, streamd::EventLog& log,
           const Clock& clock);

  /// Arms the conditions of all tasks, brings the matcher to where it was, and submits what a crash left behind.
  [[nodiscard]] Status start();
  /// Another version of the task is current.
  void changed(const std::string& task, const Installed* installed);

  /// All events are durably accepted, or none is. Yields their numbers in the log.
  [[nodiscard]] Result<std::vector<int64_t>> accept(std::vector<streamd::NewEvent> events);

  /// Called with each accepted event.
  std::function<void(const streamd::LoggedEvent&)> accepted;
  [[nodiscard]] const trigger::Matcher& matcher() const { return matcher_; }
  [[nodiscard]] int64_t refused() const { return refused_; }

 private:
  [[nodiscard]] Status match(std::vector<streamd::LoggedEvent> events, bool silent);
  [[nodiscard]] Status fire(const std::vector<trigger::Fired>& fired, int64_t cursor);
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
  std::vector<QueuedRun> held_back_;  // the supervisor had no room for them
  int64_t last_matched_ = 0;
  int64_t refused_ = 0;
};

}  // namespace walle::daemon
