#pragma once

#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "libwalle/session/plan.h"

namespace walle::session {

/// Plans by what they were made for; the least recently used is dropped. Not thread-safe: one per session.
class PlanCache {
 public:
  explicit PlanCache(size_t most = 32) : most_(most) {}
  /// Null if there is none.
  [[nodiscard]] std::shared_ptr<const Plan> find(const std::string& key);
  void keep(const std::string& key, std::shared_ptr<const Plan> plan);

 private:
  using Entry = std::pair<std::string, std::shared_ptr<const Plan>>;
  size_t most_;
  std::list<Entry> entries_;  ///< last used first
  std::unordered_map<std::string, std::list<Entry>::iterator> by_key_;
};

}  // namespace walle::session
