#include "libwalle/search/search.h"

#include <algorithm>

#include "libwalle/graph/problem.h"

namespace walle::search {
namespace {

class Collector final : public graph::CandidateSink {
 public:
  /// device: as measured, if it was; known: as the backend knows it by itself.
  Collector(Choice& choice, size_t contender, const graph::DeviceInfo& device, const graph::DeviceInfo& known,
            int threads)
      : choice_(choice), contender_(contender), device_(device), known_(known), threads_(threads) {}
  void offer(const graph::Candidate& candidate) override {
    choice_.losers.push_back({.contender = contender_,
                              .candidate = candidate,
                              .cost_us = predict_us(candidate, device_, threads_),
                              .predicted_us = predict_us(candidate, known_, threads_)});
  }
  void refuse(std::string_view kernel, Refusal refusal) override {
    choice_.rejections.push_back({contender_, kernel, refusal.reason});
  }

 private:
  Choice& choice_;
  size_t contender_;
  const graph::DeviceInfo& device_;
  const graph::DeviceInfo& known_;
  int threads_;
};

constexpr size_t kMostKnown = 20'000;

}  // namespace

double predict_us(const graph::Candidate& candidate, const graph::DeviceInfo& device, int threads) {
  constexpr double kScalarOperationsPerUs = 400;
  constexpr double kImbalance = 1.1;
  const bool scalar = candidate.kernel->variant == "ref";
  const double peak = scalar ? std::min(device.operations_per_us, kScalarOperationsPerUs) : device.operations_per_us;
  const double workers = scalar ? 1 : std::max(1, threads);
  const double compute = candidate.work.operations / (peak * workers);
  const double traffic = candidate.work.bytes / device.bytes_per_us;
  return std::max(compute, traffic) * (workers > 1 ? kImbalance : 1) + candidate.work.steps * device.step_us;
}

Search::Search(std::vector<Contender> contenders, std::string only, std::shared_ptr<const Profile> profile)
    : contenders_(std::move(contenders)), only_(std::move(only)), profile_(std::move(profile)) {}

std::shared_ptr<const Choice> Search::search(const Problem& problem, const std::string& key) const {
  auto choice = std::make_shared<Choice>();
  for (size_t i = 0; i < contenders_.size(); ++i) {
    graph::Backend& backend = *contenders_[i].backend;
    const graph::DeviceInfo& device =
        profile_ ? profile_->device(contenders_[i].name, backend.device()) : backend.device();
    Collector collector(*choice, i, device, backend.device(), problem.threads);
    backend.candidates(problem, collector);
  }
  if (profile_ && !profile_->problems.empty()) {
    const std::string digest = problem_digest(key);
    for (Offer& offer : choice->losers) {
      const Measurement* known = profile_->find(digest, contenders_[offer.contender].name, offer.candidate);
      if (known == nullptr) continue;
      offer.cost_us = known->us;
      offer.measured = true;
    }
  }
  const auto preferred = [this](const Offer& offer) {
    return only_.empty() || contenders_[offer.contender].name == only_ ? 0 : 1;
  };
  // Times that were measured and times that were predicted do not compare: what was measured goes first.
  const auto order = [&](const Offer& offer) {
    const Contender& contender = contenders_[offer.contender];
    return std::tuple(preferred(offer), offer.measured ? 0 : 1, offer.cost_us, contender.rank);
  };
  std::stable_sort(choice->losers.begin(), choice->losers.end(),
                   [&](const Offer& a, const Offer& b) { return order(a) < order(b); });
  if (choice->losers.empty()) return choice;
  const auto predicted =
      std::min_element(choice->losers.begin(), choice->losers.end(), [&](const Offer& a, const Offer& b) {
        return std::pair(preferred(a), a.predicted_us) < std::pair(preferred(b), b.predicted_us);
      });
  choice->predicted_us = predicted->predicted_us;
  choice->winner = choice->losers.front();
  choice->losers.erase(choice->losers.begin());
  return choice;
}

Result<std::shared_ptr<const Choice>> Search::choose(const Problem& problem) {
  const std::string key = graph::problem_key(problem);
  std::shared_ptr<const Choice> choice;
  {
    const std::scoped_lock lock(mutex_);
    const auto it = known_.find(key);
    if (it != known_.end()) choice = it->second;
  }
  if (!choice) {
    choice = search(problem, key);
    const std::scoped_lock lock(mutex_);
    if (known_.size() >= kMostKnown) known_.clear();
    known_.emplace(key, choice);
  }
  if (choice->winner.candidate.kernel != nullptr) return choice;
  std::string reasons;
  for (const Rejection& rejection : choice->rejections)
    reasons += "; " + std::string(rejection.kernel) + ": " + std::string(rejection.reason);
  return fail(ErrorCode::unsupported, "no kernel takes " + graph::describe(problem) + reasons);
}

}  // namespace walle::search
