#include "streamd/trigger/absences.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "streamd/trigger/links.h"

namespace walle::trigger {
namespace {

void fire(const Node& node, const Armed& armed, int64_t time_us, FiredList& out) {
  const End& end = node.ends.front();
  out.push_back({end.condition, time_us, events_of(armed.thread, end.within_us, time_us)});
}

}  // namespace

void Absences::arm_best(int64_t now_us) {
  std::stable_sort(reached_.begin(), reached_.end(), [](const Reached& a, const Reached& b) {
    return a.edge->to != b.edge->to ? std::less<>()(a.edge->to, b.edge->to) : better(a.thread, b.thread);
  });
  const Node* last = nullptr;
  for (const Reached& reached : reached_) {
    if (std::exchange(last, reached.edge->to) != reached.edge->to) arm(*reached.edge->to, reached, now_us);
  }
  reached_.clear();
}

void Absences::arm(Node& node, const Reached& reached, int64_t now_us) {
  const End& end = node.ends.front();
  const Thread& thread = reached.thread;
  if (thread.first_number <= paths_.at(end.condition).consumed_number) return;
  if (end.within_us != 0 && now_us - thread.start_us > end.within_us) return;
  std::erase_if(node.armed, [&](const Armed& old) { return old.thread.start_number == thread.start_number; });
  if (node.armed.size() >= most_) {
    node.armed.erase(node.armed.begin());
    ++dropped_;
  }
  node.armed.push_back({thread, reached.edge, end.within_us == 0 ? INT64_MAX : thread.start_us + end.within_us});
  node.scope->armed.insert(&node);
  set_timer(node);
}

/// After every change of node.armed.
void Absences::set_timer(Node& node) {
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

void Absences::disarm(Node& node) {
  node.armed.clear();
  set_timer(node);
}

void Absences::disarm_guarded(const Edge& edge, int64_t index) {
  Node& node = *edge.to;
  std::erase_if(node.armed, [&](const Armed& one) { return one.edge == &edge && one.thread.arrival < index; });
  set_timer(node);
}

void Absences::decide_strict(const Scope& scope, const EventKeys& keys, int64_t now_us, FiredList& out) {
  const std::vector<Node*> nodes(scope.armed.begin(), scope.armed.end());
  for (Node* node : nodes) {
    const size_t decided = std::erase_if(node->armed, [&](const Armed& armed) {
      if (armed.edge->relaxed) return false;
      if (!keys.meets(armed.edge->guards)) fire(*node, armed, now_us, out);
      return true;
    });
    if (decided != 0) set_timer(*node);
  }
}

void Absences::expire(int64_t now_us, FiredList& out) {
  while (!timers_.empty() && timers_.begin()->first < now_us) {
    Node& node = *timers_.begin()->second;
    std::erase_if(node.armed, [&](const Armed& armed) {
      if (armed.deadline_us >= now_us) return false;
      fire(node, armed, armed.deadline_us, out);
      return true;
    });
    set_timer(node);
  }
}

bool Absences::shed(const Scope& scope) {
  if (scope.armed.empty()) return false;
  Node& node = **scope.armed.begin();
  dropped_ += node.armed.size();
  disarm(node);
  return true;
}

}  // namespace walle::trigger
