#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "streamd/trigger/kind.h"

namespace walle::trigger {

/// (page, id) as interned numbers in one word; 0 stands for any.
using Key = uint64_t;

/// Names of conditions as numbers, counted, so that removed conditions leave nothing.
class Symbols {
 public:
  /// "" is 0.
  uint32_t acquire(const std::string& name);
  void release(const std::string& name);
  /// 0 if no condition uses the name.
  [[nodiscard]] uint32_t find(const std::string& name) const;

 private:
  struct Entry {
    uint32_t number, uses;
  };
  std::unordered_map<std::string, Entry> entries_;
  uint32_t last_ = 0;
};

/// Bytes of events kept alive by partial matches.
struct Account {
  size_t bytes = 0;
};

/// One event of a partial match, behind those before it; shared between the matches that begin alike.
struct Link {
  std::shared_ptr<const Link> before;
  std::shared_ptr<const EventPtr> event;  ///< counted in an Account while held
  int64_t number = 0;                     ///< of the event, over all events
  int64_t time_us = 0;
  uint32_t count = 1;
};
using LinkPtr = std::shared_ptr<const Link>;

/// A partial match that stands behind the node which holds it.
struct Thread {
  LinkPtr last;
  int64_t first_number = 0;  ///< of its first event
  int64_t start_number = 0;  ///< "start": the newest event of the first step that must occur; 0 before it
  int64_t start_us = 0;
  int64_t arrival = 0;  ///< index, within the scope, of its last event
};

/// a is the better match of two that end at the same event: newest start, then latest events from the end.
[[nodiscard]] bool better(const Thread& a, const Thread& b);

struct Node;
struct Scope;

/// From a matched prefix to the next step that may be taken from there (optional ones in between skipped).
struct Edge {
  Node* from = nullptr;  ///< null: from the start, always armed
  Node* to = nullptr;
  bool relaxed = false;        ///< ".." somewhere on the way
  std::vector<Key> guards;     ///< "!": none of these while waiting, nor as the event taken
  int64_t guarded_at = -1;     ///< scope index of the last event that met a guard
  std::vector<bool> waiting;   ///< per key of `to`: is in the scope's dynamic list
  std::vector<bool> guarding;  ///< per guard: is in the scope's list of guards
};

/// One condition that ends at a node.
struct End {
  ConditionId condition;
  int64_t within_us;  ///< 0: unbounded
};

/// A start of "a .. !c within d" that waits for its time, or of "a !c" for the next event.
struct Armed {
  Thread thread;
  const Edge* edge = nullptr;
  int64_t deadline_us = INT64_MAX;
};

/// A step behind its prefix. Shared by conditions that begin alike.
struct Node {
  Scope* scope = nullptr;
  std::string identity;           ///< key in the scope's map of nodes
  std::vector<Key> keys;          ///< events that the step takes; empty for a closing absence
  bool absence = false;           ///< closing "!c": ends by time or by the next event
  bool sets_start = false;        ///< the first step that must occur (or an only one)
  uint32_t uses = 0;              ///< conditions that run through it
  uint32_t step = 0;              ///< from 1, for explanations
  ConditionId owner = 0;          ///< the only condition of an unshared path, else 0
  int64_t longest_within_us = 0;  ///< over the conditions through it; -1: one is unbounded
  std::vector<std::unique_ptr<Edge>> in;
  std::vector<Edge*> relaxed_out;
  std::vector<std::pair<Key, Edge*>> strict_out;  ///< by key
  std::vector<Edge*> absence_out;
  std::vector<Thread> threads;  ///< newest start first, and so oldest arrival first
  std::vector<Armed> armed;     ///< absence nodes
  std::vector<End> ends;
  bool live = false, fresh = false;
};

/// What lists of the scope know about one key.
struct Slot {
  std::vector<Edge*> roots;                        ///< static: first steps
  std::vector<std::pair<Edge*, size_t>> waiting;   ///< dynamic: relaxed edges of live nodes; the index of the key
  std::vector<std::pair<Edge*, size_t>> guarding;  ///< dynamic: guards
};

/// One sequence of events with its own index: all events, or those of one page.
struct Scope {
  std::string page;  ///< empty: all
  int64_t index = 0;
  uint64_t uses = 0;
  std::unordered_map<Key, Slot> slots;
  std::unordered_map<std::string, std::unique_ptr<Node>> nodes;
  std::vector<Node*> fresh;         ///< nodes reached at the last event
  std::unordered_set<Node*> live;   ///< nodes with threads
  std::unordered_set<Node*> armed;  ///< absence nodes with starts that wait
};

/// Nodes of a condition, in order; what removal has to walk.
struct Path {
  Scope* scope = nullptr;
  std::vector<Node*> nodes;
  Condition condition;
  int64_t consumed_number = 0;  ///< matches must begin after this event
};

/// Builds and takes apart the scope's part of the trie for one condition.
[[nodiscard]] std::vector<Node*> insert_path(Scope& scope, Symbols& symbols, const Condition& condition,
                                             ConditionId id);
void remove_path(Path& path, Symbols& symbols, ConditionId id);

}  // namespace walle::trigger
