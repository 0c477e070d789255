#include "libwalle/session/plan_cache.h"

namespace walle::session {

std::shared_ptr<const Plan> PlanCache::find(const std::string& key) {
  const auto it = by_key_.find(key);
  if (it == by_key_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, it->second);
  return it->second->second;
}

void PlanCache::keep(const std::string& key, std::shared_ptr<const Plan> plan) {
  if (by_key_.contains(key)) return;
  entries_.emplace_front(key, std::move(plan));
  by_key_.emplace(key, entries_.begin());
  if (entries_.size() <= most_) return;
  by_key_.erase(entries_.back().first);
  entries_.pop_back();
}

}  // namespace walle::session
