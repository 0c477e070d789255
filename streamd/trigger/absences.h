#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <unordered_map>
#include <vector>

#include "streamd/trigger/event_keys.h"
#include "streamd/trigger/kind.h"
#include "streamd/trigger/trie.h"

namespace walle::trigger {

/// Conditions that end by something that does not come: "a !c" by the next event, "a .. !c within d" by its time.
/// Holds the timers of all scopes. Not thread-safe.
class Absences {
 public:
  /// A node keeps at most `most` starts; the oldest goes first. `paths` are the matcher's and outlive this.
  Absences(size_t most, const std::map<ConditionId, Path>& paths) : most_(most), paths_(paths) {}

  /// A match has reached the edge that leads to the absence; counts once arm_best is called.
  void reach(const Edge& edge, const Thread& thread) { reached_.push_back({&edge, thread}); }
  /// The best of those that reached each node now waits there.
  void arm_best(int64_t now_us);

  void disarm(Node& node);
  /// An event that the absence excludes is here: starts that came over the edge before it no longer wait.
  void disarm_guarded(const Edge& edge, int64_t index);
  /// "a !c": the next event of the scope is here.
  void decide_strict(const Scope& scope, const EventKeys& keys, int64_t now_us, FiredList& out);
  /// Fires what has waited long enough.
  void expire(int64_t now_us, FiredList& out);
  /// When expire has to be called next; INT64_MAX: never.
  [[nodiscard]] int64_t next_deadline_us() const { return timers_.empty() ? INT64_MAX : timers_.begin()->first + 1; }

  /// Forgets the starts of one node of the scope, to save memory. False if none waits.
  bool shed(const Scope& scope);
  [[nodiscard]] uint64_t dropped() const { return dropped_; }  ///< starts given up for want of room

 private:
  struct Reached {
    const Edge* edge;
    Thread thread;
  };
  void arm(Node& node, const Reached& reached, int64_t now_us);
  void set_timer(Node& node);

  size_t most_;
  const std::map<ConditionId, Path>& paths_;
  std::vector<Reached> reached_;
  std::set<std::pair<int64_t, Node*>> timers_;
  std::unordered_map<Node*, int64_t> timer_of_;
  uint64_t dropped_ = 0;
};

}  // namespace walle::trigger
