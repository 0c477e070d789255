#include "cloud-broker/rollout/decide.h"

#include <algorithm>
#include <set>

#include "cloud-broker/rollout/state_def.h"

namespace walle::rollout {
namespace {

int64_t installed_counter(const Device& device, const std::string& task) {
  const auto it = device.tasks.find(task);
  return it == device.tasks.end() ? 0 : it->second.counter;
}

/// A removal (no bundle) that the device has carried out, or never needed, wants nothing.
bool removes(const Release& release) { return release.manifest_sha256.empty(); }

}  // namespace

Standing membership(const Device& device, const Release& release, int64_t stage, PolicyTable policies, int64_t now_us) {
  Standing standing{{Decision::hold, "no stage is open"}, -1};
  for (int64_t i = 0; i <= stage && i < std::ssize(release.plan.stages); ++i) {
    const auto policy = find_policy(policies, release.plan.stages[static_cast<size_t>(i)].policy);
    if (!policy) return {{Decision::hold, policy.error().message}, -1};
    standing.verdict = (*policy)->decide(device, release, static_cast<size_t>(i), now_us);
    if (standing.verdict.decision != Decision::offer) continue;
    standing.stage = i;
    return standing;
  }
  return standing;
}

Standing decide(const Device& device, const Release& release, PolicyTable policies, int64_t now_us) {
  const StateDef& state = state_def(release.state);
  const int64_t have = installed_counter(device, release.task);
  if (state.delivery == Delivery::none)
    return {{Decision::hold, "the release is " + std::string(state.name) + ", not started"}, -1};
  if (state.delivery == Delivery::closed)
    return {{Decision::withdraw, "the release is " + std::string(state.name) + ": " + release.reason}, -1};
  if (state.delivery == Delivery::keep && have != release.counter)
    return {{Decision::hold, "the release is paused: " + release.reason}, -1};
  Standing standing = membership(device, release, release.stage, policies, now_us);
  if (standing.verdict.decision != Decision::offer && release.rollback_of != 0 && have == release.rollback_of)
    return {{Decision::offer, "takes back release " + std::to_string(release.rollback_of)}, release.stage};
  return standing;
}

std::vector<Why> why(const Device& device, const Table& table, std::string_view task, PolicyTable policies,
                     int64_t now_us) {
  std::vector<Why> answer;
  bool chosen = false;
  for (auto it = table.releases.rbegin(); it != table.releases.rend(); ++it) {
    if (it->task != task) continue;
    Why entry{&*it, decide(device, *it, policies, now_us).verdict, false};
    if (entry.verdict.decision == Decision::offer && chosen) {
      entry.verdict = {Decision::hold, "a newer release applies"};
    } else if (entry.verdict.decision == Decision::offer) {
      entry.chosen = chosen = true;
    }
    answer.push_back(std::move(entry));
  }
  return answer;
}

std::vector<Wanted> offer(const Device& device, const Table& table, PolicyTable policies, int64_t now_us) {
  std::vector<Wanted> wanted;
  std::set<std::string_view> settled;
  for (auto it = table.releases.rbegin(); it != table.releases.rend(); ++it) {
    if (settled.contains(it->task)) continue;
    const Standing standing = decide(device, *it, policies, now_us);
    if (standing.verdict.decision != Decision::offer) continue;
    settled.insert(it->task);
    const bool remove = removes(*it);
    if (!remove || device.tasks.contains(it->task)) wanted.push_back({it->task, &*it, remove, standing.stage});
  }
  std::sort(wanted.begin(), wanted.end(), [](const Wanted& a, const Wanted& b) { return a.task < b.task; });
  return wanted;
}

}  // namespace walle::rollout
