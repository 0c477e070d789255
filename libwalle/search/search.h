#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "libwalle/graph/backend.h"
#include "libwalle/search/profile.h"

namespace walle::search {

/// A backend that takes part, with its rank (of equal costs the lower rank wins).
struct Contender {
  std::string_view name;
  int rank = 0;
  graph::Backend* backend = nullptr;
};

/// A candidate and what it is predicted to take, or was measured to take on this device.
struct Offer {
  size_t contender = 0;
  graph::Candidate candidate;
  double cost_us = 0;
  double predicted_us = 0;  ///< what it is predicted to take without a profile
  bool measured = false;
};

/// A kernel that does not take the problem, and why.
struct Rejection {
  size_t contender = 0;
  std::string_view kernel;
  std::string_view reason;
};

/// The result of a search: the winner, and for `explain` all others.
struct Choice {
  Offer winner;
  std::vector<Offer> losers;  ///< by cost
  std::vector<Rejection> rejections;
  /// What the choice without a profile is predicted to take. Passes weigh forms of a graph by it: measured times of one
  /// form and predictions of another do not compare, and a tuned plan has to state the problems that were measured.
  double predicted_us = 0;
};

/// Predicted time in µs: max(operations/P, bytes/B) * imbalance + steps * S, with P, B, S of the device and `threads`
/// threads. Reference kernels are loops over single elements: their P is that of scalar code.
[[nodiscard]] double predict_us(const graph::Candidate& candidate, const graph::DeviceInfo& device, int threads);

/// Finds the best kernel for a problem. Equal problems (all but the data pointers) are searched once. Thread-safe.
class Search {
 public:
  /// only: "" for all contenders, else the backend to prefer; the others then only take what it refuses.
  /// profile: (optional) what was measured on this device. A problem with measured candidates goes to one of them.
  Search(std::vector<Contender> contenders, std::string only, std::shared_ptr<const Profile> profile = nullptr);

  /// Errors: unsupported, with the reasons of all kernels of the family.
  [[nodiscard]] Result<std::shared_ptr<const Choice>> choose(const Problem& problem);

  [[nodiscard]] const std::vector<Contender>& contenders() const { return contenders_; }

 private:
  [[nodiscard]] std::shared_ptr<const Choice> search(const Problem& problem, const std::string& key) const;

  std::vector<Contender> contenders_;
  std::string only_;
  std::shared_ptr<const Profile> profile_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const Choice>> known_;  ///< by problem_key; null: nobody takes it
};

}  // namespace walle::search
