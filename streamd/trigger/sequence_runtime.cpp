#include "streamd/trigger/sequence_runtime.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "streamd/trigger/trie.h"

namespace walle::trigger {
namespace {

constexpr int64_t kSweepUs = 1'000'000;  // how often expired partial matches are looked for
constexpr size_t kEventOverhead = 256;

/// Bytes of an event, about.
size_t weight(const Value& value) {
  size_t sum = 32;
  if (value.is_string()) sum += value.get_ref<const std::string&>().size();
  if (value.is_binary()) sum += value.get_binary().size();
  if (value.is_structured()) {
    for (const auto& [key, member] : value.items()) sum += key.size() + weight(member);
  }
  return sum;
}

/// The keys under which conditions may wait for an event.
struct EventKeys {
  std::array<Key, 4> keys{};
  size_t count = 0;
  [[nodiscard]] std::span<const Key> all() const { return {keys.data(), count}; }
  [[nodiscard]] bool meets(const std::vector<Key>& wanted) const {
    return std::any_of(keys.begin(), keys.begin() + count,
                       [&](Key key) { return std::binary_search(wanted.begin(), wanted.end(), key); });
  }
};

class SequenceRuntime final : public Runtime {
 public:
  explicit SequenceRuntime(const MatcherLimits& limits) : limits_(limits) {}

  void add(ConditionId id, const Condition& condition, int64_t /*now_us*/) override {
    auto& scope = scopes_[condition.scope];
    if (!scope) {
      scope = std::make_unique<Scope>();
      scope->page = condition.scope;
    }
    Path path{scope.get(), insert_path(*scope, symbols_, condition, id), condition, event_number_};
    // A new edge out of a node that is live already has to be listed, too.
    for (Node* node : path.nodes) {
      if (node->live) list_edges(*node);
    }
    paths_.emplace(id, std::move(path));
  }

  void remove(ConditionId id) override {
    Path& path = paths_.at(id);
    Node* last = path.nodes.back();
    if (last->absence && last->uses == 1) disarm(*last);
    Scope* scope = path.scope;
    remove_path(path, symbols_, id);
    paths_.erase(id);
    if (scope->uses == 0) scopes_.erase(std::string(scope->page));
  }

  void on_event(const EventPtr& event, int64_t now_us, FiredList& out) override {
    ++event_number_;
    event_ = &event;
    held_.reset();
    now_us_ = now_us;
    if (const auto scope = scopes_.find(""); scope != scopes_.end()) feed(*scope->second, out);
    if (!event->page.empty()) {
      if (const auto scope = scopes_.find(event->page); scope != scopes_.end()) feed_page(*scope->second, out);
    }
    held_.reset();
    shed();
    sweep();
  }

  void advance(int64_t now_us, FiredList& out) override {
    now_us_ = now_us;
    while (!timers_.empty() && timers_.begin()->first < now_us) expire(*timers_.begin()->second, out);
    sweep();
  }

  int64_t next_deadline_us() const override { return timers_.empty() ? INT64_MAX : timers_.begin()->first + 1; }

  void add_stats(MatcherStats& stats) const override {
    for (const auto& [page, scope] : scopes_) {
      stats.nodes += scope->nodes.size();
      for (const Node* node : scope->live) stats.pending += node->threads.size();
      for (const Node* node : scope->armed) stats.pending += node->armed.size();
    }
    stats.pending_bytes += account_->bytes;
    stats.overflow_events += overflow_events_;
    stats.overflow_pending += overflow_pending_;
  }

  void pending(std::vector<RawPending>& out) const override {
    for (const auto& [id, path] : paths_) {
      for (const Node* node : path.nodes) {
        if (node == path.nodes.back() && !node->absence) break;
        for (const Thread& thread : node->threads) {
          if (thread.first_number <= path.consumed_number) continue;
          out.push_back({id, node->step, thread.start_number == 0 ? thread.last->time_us : thread.start_us});
        }
        for (const Armed& armed : node->armed) out.push_back({id, node->step, armed.thread.start_us});
      }
    }
  }

 private:
  struct Candidate {
    Node* to;
    Thread thread;
  };

  EventKeys keys_for(const Scope& scope) const {
    EventKeys keys;
    const uint32_t id = symbols_.find((*event_)->id);
    const uint32_t page = symbols_.find((*event_)->page);
    const auto put = [&](uint32_t p, uint32_t i) { keys.keys[keys.count++] = (static_cast<Key>(p) << 32) | i; };
    const bool own_page = !scope.page.empty();
    if (id != 0 && !own_page) put(0, id);
    if (id != 0 && page != 0) put(page, id);
    if (page != 0) put(page, 0);
    if (!own_page) put(0, 0);
    return keys;
  }

  void feed_page(Scope& scope, FiredList& out) {
    if ((*event_)->id == "enter") drop_all(scope);
    feed(scope, out);
    if ((*event_)->id == "exit") drop_all(scope);
  }

  void feed(Scope& scope, FiredList& out) {
    ++scope.index;
    const EventKeys keys = keys_for(scope);
    decide_strict_absences(scope, keys, out);
    apply_guards(scope, keys);
    candidates_.clear();
    take_roots(scope, keys);
    take_strict(scope, keys);
    take_relaxed(scope, keys);
    arrive(scope, out);
  }

  void apply_guards(Scope& scope, const EventKeys& keys) {
    for (const Key key : keys.all()) {
      const auto slot = scope.slots.find(key);
      if (slot == scope.slots.end()) continue;
      auto& list = slot->second.guarding;
      for (size_t i = 0; i < list.size();) {
        const auto [edge, k] = list[i];
        if (edge->from->threads.empty() && edge->to->armed.empty()) {
          edge->guarding[k] = false;
          list[i] = list.back();
          list.pop_back();
          continue;
        }
        edge->guarded_at = scope.index;
        if (edge->to->absence) disarm_guarded(*edge, scope.index);
        ++i;
      }
    }
  }

  void take_roots(Scope& scope, const EventKeys& keys) {
    for (const Key key : keys.all()) {
      const auto slot = scope.slots.find(key);
      if (slot == scope.slots.end()) continue;
      for (Edge* edge : slot->second.roots) candidates_.push_back({edge->to, begin(scope, *edge->to)});
    }
  }

  void take_strict(Scope& scope, const EventKeys& keys) {
    for (Node* node : scope.fresh) {
      node->fresh = false;
      for (const Key key : keys.all()) {
        auto entry = std::lower_bound(node->strict_out.begin(), node->strict_out.end(), key,
                                      [](const auto& a, Key b) { return a.first < b; });
        for (; entry != node->strict_out.end() && entry->first == key; ++entry) {
          if (!keys.meets(entry->second->guards)) follow(scope, *entry->second);
        }
      }
    }
    scope.fresh.clear();
  }

  void take_relaxed(Scope& scope, const EventKeys& keys) {
    for (const Key key : keys.all()) {
      const auto slot = scope.slots.find(key);
      if (slot == scope.slots.end()) continue;
      auto& list = slot->second.waiting;
      for (size_t i = 0; i < list.size();) {
        const auto [edge, k] = list[i];
        if (edge->from->threads.empty()) {
          edge->waiting[k] = false;
          list[i] = list.back();
          list.pop_back();
          continue;
        }
        follow(scope, *edge);
        ++i;
      }
    }
  }

  /// The best thread that may take the edge now becomes a candidate at its end.
  void follow(Scope& scope, Edge& edge) {
    for (const Thread& thread : edge.from->threads) {
      const bool fits = edge.relaxed ? thread.arrival >= edge.guarded_at : thread.arrival == scope.index - 1;
      if (!fits) continue;
      candidates_.push_back({edge.to, extend(scope, thread, *edge.to)});
      return;
    }
  }

  LinkPtr link(const LinkPtr& before) {
    if (!held_) held_ = hold();
    auto made = std::make_shared<Link>(Link{before, held_, event_number_, now_us_, before ? before->count + 1 : 1});
    if (made->count > limits_.events_per_match && before) {
      made->before = before->before;
      made->count = before->count;
      ++overflow_events_;
    }
    return made;
  }

  std::shared_ptr<const EventPtr> hold() {
    const size_t bytes = kEventOverhead + weight((*event_)->contents);
    account_->bytes += bytes;
    return {new EventPtr(*event_), [account = account_, bytes](const EventPtr* event) {
              account->bytes -= bytes;
              delete event;
            }};
  }

  Thread begin(const Scope& scope, const Node& to) {
    Thread thread{link(nullptr), event_number_, 0, 0, scope.index};
    if (to.sets_start) set_start(thread);
    return thread;
  }

  Thread extend(const Scope& scope, const Thread& from, const Node& to) {
    Thread thread{to.absence ? from.last : link(from.last), from.first_number, from.start_number, from.start_us,
                  scope.index};
    if (to.sets_start) set_start(thread);
    return thread;
  }

  void set_start(Thread& thread) const {
    thread.start_number = event_number_;
    thread.start_us = now_us_;
  }

  /// All candidates move at once: the best one of each node arrives, then conditions that end there fire.
  void arrive(Scope& scope, FiredList& out) {
    std::stable_sort(candidates_.begin(), candidates_.end(), [](const Candidate& a, const Candidate& b) {
      return a.to != b.to ? std::less<>()(a.to, b.to) : better(a.thread, b.thread);
    });
    owners_fired_.clear();
    Node* last = nullptr;
    for (Candidate& candidate : candidates_) {
      if (std::exchange(last, candidate.to) == candidate.to) continue;
      settle(scope, *candidate.to, candidate.thread);
      for (Edge* edge : candidate.to->absence_out) absences_.push_back({edge, candidate.thread});
      fire(*candidate.to, candidate.thread, out);
    }
    for (const ConditionId owner : owners_fired_) drop_path(paths_.at(owner));
    arm_best(scope);
    candidates_.clear();
  }

  void settle(Scope& scope, Node& node, const Thread& thread) {
    const bool leads_on = !node.relaxed_out.empty() || !node.strict_out.empty() || !node.absence_out.empty();
    if (!leads_on) return;
    std::erase_if(node.threads, [&](const Thread& old) { return old.start_number <= thread.start_number; });
    node.threads.push_back(thread);
    if (!node.live) {
      node.live = true;
      scope.live.insert(&node);
    }
    list_edges(node);
    if (!node.fresh && !node.strict_out.empty()) {
      node.fresh = true;
      scope.fresh.push_back(&node);
    }
  }

  /// Puts a node's relaxed edges and guards into the dynamic lists, where they are not yet.
  static void list_edges(Node& node) {
    Scope& scope = *node.scope;
    const auto list_guards = [&](Edge* edge) {
      for (size_t k = 0; k < edge->guards.size(); ++k) {
        if (edge->guarding[k]) continue;
        edge->guarding[k] = true;
        scope.slots[edge->guards[k]].guarding.emplace_back(edge, k);
      }
    };
    for (Edge* edge : node.relaxed_out) {
      for (size_t k = 0; k < edge->to->keys.size(); ++k) {
        if (edge->waiting[k]) continue;
        edge->waiting[k] = true;
        scope.slots[edge->to->keys[k]].waiting.emplace_back(edge, k);
      }
      list_guards(edge);
    }
    for (Edge* edge : node.absence_out) {
      if (edge->relaxed) list_guards(edge);
    }
  }

  void fire(Node& node, const Thread& thread, FiredList& out) {
    if (node.absence) return;
    for (const End& end : node.ends) {
      Path& path = paths_.at(end.condition);
      if (thread.first_number <= path.consumed_number) continue;
      if (end.within_us != 0 && now_us_ - thread.start_us > end.within_us) continue;
      out.push_back({end.condition, now_us_, events_of(thread, end.within_us, now_us_)});
      path.consumed_number = event_number_;
      if (node.owner != 0) owners_fired_.push_back(node.owner);
    }
  }

  /// Oldest first. Leading optional or repeated events that are older than the bound are left out.
  static std::vector<EventPtr> events_of(const Thread& thread, int64_t within_us, int64_t end_us) {
    std::vector<EventPtr> events;
    for (const Link* link = thread.last.get(); link != nullptr; link = link->before.get()) {
      if (within_us != 0 && link->time_us < end_us - within_us) break;
      events.push_back(*link->event);
    }
    std::reverse(events.begin(), events.end());
    return events;
  }

  // Absences: "a !c", "a .. !c within d".

  struct Absence {
    const Edge* edge;
    Thread thread;
  };

  void arm_best(Scope& scope) {
    std::stable_sort(absences_.begin(), absences_.end(), [](const Absence& a, const Absence& b) {
      return a.edge->to != b.edge->to ? std::less<>()(a.edge->to, b.edge->to) : better(a.thread, b.thread);
    });
    const Node* last = nullptr;
    for (const Absence& absence : absences_) {
      if (std::exchange(last, absence.edge->to) != absence.edge->to) arm(scope, *absence.edge->to, absence);
    }
    absences_.clear();
  }

  void arm(Scope& scope, Node& node, const Absence& absence) {
    const End& end = node.ends.front();
    const Thread& thread = absence.thread;
    if (thread.first_number <= paths_.at(end.condition).consumed_number) return;
    if (end.within_us != 0 && now_us_ - thread.start_us > end.within_us) return;
    std::erase_if(node.armed, [&](const Armed& old) { return old.thread.start_number == thread.start_number; });
    if (node.armed.size() >= limits_.absences) {
      node.armed.erase(node.armed.begin());
      ++overflow_pending_;
    }
    node.armed.push_back({thread, absence.edge, end.within_us == 0 ? INT64_MAX : thread.start_us + end.within_us});
    scope.armed.insert(&node);
    set_timer(node);
  }

  /// After every change of node.armed.
  void set_timer(Node& node) {
    if (const auto timer = timer_of_.find(&node); timer != timer_of_.end()) {
      timers_.erase({timer->second, &node});
      timer_of_.erase(timer);
    }
    if (node.armed.empty()) node.scope->armed.erase(&node);
    int64_t first = INT64_MAX;
    for (const Armed& armed : node.armed) first = std::min(first, armed.deadline_us);
    if (first == INT64_MAX) return;
    timers_.emplace(first, &node);
    timer_of_[&node] = first;
  }

  void disarm(Node& node) {
    node.armed.clear();
    set_timer(node);
  }

  void disarm_guarded(const Edge& edge, int64_t index) {
    Node& node = *edge.to;
    std::erase_if(node.armed, [&](const Armed& one) { return one.edge == &edge && one.thread.arrival < index; });
    set_timer(node);
  }

  /// "a !c": the next event of the scope is here.
  void decide_strict_absences(Scope& scope, const EventKeys& keys, FiredList& out) {
    const std::vector<Node*> nodes(scope.armed.begin(), scope.armed.end());
    for (Node* node : nodes) {
      const size_t before = node->armed.size();
      std::erase_if(node->armed, [&](const Armed& armed) {
        if (armed.edge->relaxed) return false;
        if (!keys.meets(armed.edge->guards)) fire_absence(*node, armed, now_us_, out);
        return true;
      });
      if (node->armed.size() != before) set_timer(*node);
    }
  }

  void expire(Node& node, FiredList& out) {
    std::erase_if(node.armed, [&](const Armed& armed) {
      if (armed.deadline_us >= now_us_) return false;
      fire_absence(node, armed, armed.deadline_us, out);
      return true;
    });
    set_timer(node);
  }

  void fire_absence(const Node& node, const Armed& armed, int64_t time_us, FiredList& out) {
    const End& end = node.ends.front();
    out.push_back({end.condition, time_us, events_of(armed.thread, end.within_us, time_us)});
  }

  // Dropping.

  void drop_threads(Node& node) {
    node.threads.clear();
    node.threads.shrink_to_fit();
    node.live = false;
    node.scope->live.erase(&node);
  }

  void drop_all(Scope& scope) {
    while (!scope.live.empty()) drop_threads(**scope.live.begin());
    for (Node* node : scope.fresh) node->fresh = false;
    scope.fresh.clear();
    while (!scope.armed.empty()) disarm(**scope.armed.begin());
  }

  /// What an unshared condition had pending, its absences aside.
  void drop_path(Path& path) {
    for (Node* node : path.nodes) {
      if (node->live) drop_threads(*node);
    }
  }

  /// Frees memory of matches that can no longer end in time.
  void sweep() {
    if (now_us_ - swept_us_ < kSweepUs && now_us_ >= swept_us_) return;
    swept_us_ = now_us_;
    for (auto& [page, scope] : scopes_) {
      std::vector<Node*> dead;
      for (Node* node : scope->live) {
        if (node->longest_within_us <= 0) continue;
        const int64_t oldest_us = now_us_ - node->longest_within_us;
        std::erase_if(node->threads, [&](const Thread& thread) {
          return (thread.start_number == 0 ? thread.last->time_us : thread.start_us) < oldest_us;
        });
        if (node->threads.empty()) dead.push_back(node);
      }
      for (Node* node : dead) drop_threads(*node);
    }
  }

  /// Keeps the bytes of held events under the limit by dropping the oldest starts.
  void shed() {
    while (account_->bytes > limits_.pending_bytes) {
      Node* oldest = nullptr;
      for (auto& [page, scope] : scopes_) {
        for (Node* node : scope->live) {
          if (oldest == nullptr || node->threads.back().first_number < oldest->threads.back().first_number)
            oldest = node;
        }
      }
      if (oldest != nullptr) {
        overflow_pending_ += oldest->threads.size();
        drop_threads(*oldest);
      } else if (!shed_absences()) {
        return;
      }
    }
  }

  bool shed_absences() {
    for (auto& [page, scope] : scopes_) {
      if (scope->armed.empty()) continue;
      overflow_pending_ += (*scope->armed.begin())->armed.size();
      disarm(**scope->armed.begin());
      return true;
    }
    return false;
  }

  MatcherLimits limits_;
  Symbols symbols_;
  std::shared_ptr<Account> account_ = std::make_shared<Account>();
  std::map<std::string, std::unique_ptr<Scope>, std::less<>> scopes_;
  std::map<ConditionId, Path> paths_;
  std::set<std::pair<int64_t, Node*>> timers_;
  std::unordered_map<Node*, int64_t> timer_of_;
  int64_t event_number_ = 0;
  int64_t swept_us_ = 0;
  uint64_t overflow_events_ = 0, overflow_pending_ = 0;
  // Of the event that is being fed.
  const EventPtr* event_ = nullptr;
  std::shared_ptr<const EventPtr> held_;
  int64_t now_us_ = 0;
  std::vector<Candidate> candidates_;
  std::vector<Absence> absences_;
  std::vector<ConditionId> owners_fired_;
};

}  // namespace

std::unique_ptr<Runtime> make_sequence_runtime(const MatcherLimits& limits) {
  return std::make_unique<SequenceRuntime>(limits);
}

}  // namespace walle::trigger
