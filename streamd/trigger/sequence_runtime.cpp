#include "streamd/trigger/sequence_runtime.h"

#include <algorithm>
#include <map>
#include <set>

#include "streamd/trigger/absences.h"
#include "streamd/trigger/event_keys.h"
#include "streamd/trigger/links.h"
#include "streamd/trigger/trie.h"

namespace walle::trigger {
namespace {

constexpr int64_t kSweepUs = 1'000'000;  // how often expired partial matches are looked for
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
    if (last->absence && last->uses == 1) absences_.disarm(*last);
    Scope* scope = path.scope;
    remove_path(path, symbols_, id);
    paths_.erase(id);
    if (scope->uses == 0) scopes_.erase(std::string(scope->page));
  }

  void on_event(const EventPtr& event, int64_t now_us, FiredList& out) override {
    ++event_number_;
    event_ = &event;
    now_us_ = now_us;
    links_.take(&event, event_number_, now_us);
    if (const auto scope = scopes_.find(""); scope != scopes_.end()) feed(*scope->second, out);
    if (!event->page.empty()) {
      if (const auto scope = scopes_.find(event->page); scope != scopes_.end()) feed_page(*scope->second, out);
    }
    links_.take(nullptr, 0, 0);
    shed();
    sweep();
  }

  void advance(int64_t now_us, FiredList& out) override {
    now_us_ = now_us;
    absences_.expire(now_us, out);
    sweep();
  }

  int64_t next_deadline_us() const override { return absences_.next_deadline_us(); }

  void add_stats(MatcherStats& stats) const override {
    for (const auto& [page, scope] : scopes_) {
      stats.nodes += scope->nodes.size();
      for (const Node* node : scope->live) stats.pending += node->threads.size();
      for (const Node* node : scope->armed) stats.pending += node->armed.size();
    }
    stats.pending_bytes += links_.bytes();
    stats.overflow_events += links_.cut();
    stats.overflow_pending += overflow_pending_ + absences_.dropped();
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
    absences_.decide_strict(scope, keys, now_us_, out);
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
        if (edge->to->absence) absences_.disarm_guarded(*edge, scope.index);
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

  Thread begin(const Scope& scope, const Node& to) {
    Thread thread{links_.add(nullptr), event_number_, 0, 0, scope.index};
    if (to.sets_start) set_start(thread);
    return thread;
  }

  Thread extend(const Scope& scope, const Thread& from, const Node& to) {
    Thread thread{to.absence ? from.last : links_.add(from.last), from.first_number, from.start_number, from.start_us,
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
      for (Edge* edge : candidate.to->absence_out) absences_.reach(*edge, candidate.thread);
      fire(*candidate.to, candidate.thread, out);
    }
    for (const ConditionId owner : owners_fired_) drop_path(paths_.at(owner));
    absences_.arm_best(now_us_);
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
    while (!scope.armed.empty()) absences_.disarm(**scope.armed.begin());
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
    while (links_.bytes() > limits_.pending_bytes) {
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
      } else if (!shed_absence()) {
        return;
      }
    }
  }

  bool shed_absence() {
    return std::any_of(scopes_.begin(), scopes_.end(),
                       [&](const auto& entry) { return absences_.shed(*entry.second); });
  }

  MatcherLimits limits_;
  Symbols symbols_;
  std::map<std::string, std::unique_ptr<Scope>, std::less<>> scopes_;
  std::map<ConditionId, Path> paths_;
  Links links_{limits_.events_per_match};
  Absences absences_{limits_.absences, paths_};
  int64_t event_number_ = 0;
  int64_t swept_us_ = 0;
  uint64_t overflow_pending_ = 0;  ///< threads
  // Of the event that is being fed.
  const EventPtr* event_ = nullptr;
  int64_t now_us_ = 0;
  std::vector<Candidate> candidates_;
  std::vector<ConditionId> owners_fired_;
};

}  // namespace

std::unique_ptr<Runtime> make_sequence_runtime(const MatcherLimits& limits) {
  return std::make_unique<SequenceRuntime>(limits);
}

}  // namespace walle::trigger
