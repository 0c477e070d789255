#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/wire/event.h"
#include "libwalle/base/result.h"
#include "streamd/trigger/condition.h"

namespace walle::trigger {

using EventPtr = std::shared_ptr<const wire::Event>;

/// A condition that was met. `condition` is the text as added; `events` oldest first (empty for "every").
struct Fired {
  std::string owner;
  std::string condition;
  std::vector<EventPtr> events;
  int64_t time_us = 0;
};

/// Bounds; whatever goes over them is dropped and counted, never an error.
struct MatcherLimits {
  size_t conditions = 20'000;
  size_t events_per_match = 256;     ///< more still match, but the events between are not kept
  size_t pending_bytes = 64U << 20;  ///< of events kept alive by partial matches; the oldest starts are dropped
  size_t absences = 64;              ///< open starts of one "a .. !c within d"
};

struct MatcherStats {
  uint64_t events = 0, fired = 0;
  uint64_t conditions = 0;
  uint64_t nodes = 0;    ///< of the trie
  uint64_t pending = 0;  ///< partial matches now
  uint64_t pending_bytes = 0;
  uint64_t overflow_events = 0;   ///< events left out of a match that was too long
  uint64_t overflow_pending = 0;  ///< partial matches dropped by a bound
  uint64_t missed_ticks = 0;      ///< ticks of "every" that came too late and were merged into one
};

/// All trigger conditions of a device, matched concurrently. Sequences share one trie: first steps are always armed
/// (static list), the others only while their prefix is pending (dynamic list), so the cost of an event does not grow
/// with the conditions that it does not concern. Time comes from the caller: event times and advance(); it never runs
/// back. One thread at a time; no I/O, no locks.
class Matcher {
 public:
  explicit Matcher(MatcherLimits limits = {});
  ~Matcher();

  /// Adds a condition for an owner (a task). The same (owner, text) twice is one. Takes effect with the next event;
  /// "every" ticks first at now_us + period.
  /// Errors: invalid_argument from parse_condition; resource_exhausted over limits.conditions.
  [[nodiscard]] Status add(std::string_view owner, std::string_view condition, int64_t now_us);
  /// Forgets it and what it had pending. Errors: not_found.
  [[nodiscard]] Status remove(std::string_view owner, std::string_view condition);
  /// Forgets everything of an owner; fine if there is nothing.
  void remove_owner(std::string_view owner);

  /// Feeds the next event of the time-level sequence. First lets time pass to event.time_us. Returns what fired, in
  /// the order in which the conditions were added.
  [[nodiscard]] std::vector<Fired> on_event(EventPtr event);
  /// Lets time pass: "every", and ends of "within" that fire.
  [[nodiscard]] std::vector<Fired> advance(int64_t now_us);
  /// When `advance` may fire something, or INT64_MAX. Arm one timer with it.
  [[nodiscard]] int64_t next_deadline_us() const;

  [[nodiscard]] MatcherStats stats() const;

  /// What is pending, for `walle-ctl stream explain`: one entry a partial match.
  struct Pending {
    std::string condition;
    size_t steps_done = 0;
    int64_t since_us = 0;
  };
  [[nodiscard]] std::vector<Pending> pending(size_t limit) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace walle::trigger
