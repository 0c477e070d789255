#pragma once

#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

namespace walle::session {

/// What was made for a key (a plan, a stage); the least recently used is dropped. Not thread-safe: one per session.
template <class T>
class RecentCache {
 public:
  explicit RecentCache(size_t most = 32) : most_(most) {}

  /// Null if there is none.
  [[nodiscard]] std::shared_ptr<T> find(const std::string& key) {
    const auto it = by_key_.find(key);
    if (it == by_key_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, it->second);
    return it->second->second;
  }

  void keep(const std::string& key, std::shared_ptr<T> made) {
    if (by_key_.contains(key)) return;
    entries_.emplace_front(key, std::move(made));
    by_key_.emplace(key, entries_.begin());
    if (entries_.size() <= most_) return;
    by_key_.erase(entries_.back().first);
    entries_.pop_back();
  }

 private:
  using Entry = std::pair<std::string, std::shared_ptr<T>>;
  size_t most_;
  std::list<Entry> entries_;  ///< last used first
  std::unordered_map<std::string, typename std::list<Entry>::iterator> by_key_;
};

}  // namespace walle::session
