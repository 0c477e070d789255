#include <array>
#include <cstdio>

#include "cloud-broker/policies/policies.h"

namespace walle::policies {

rollout::Verdict by_share(const rollout::Device& device, const rollout::Release& release, size_t stage) {
  const rollout::Stage& rule = release.plan.stages[stage];
  const double position = rollout::bucket(device.id, release.seed);
  const bool inside = position < rule.share;
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "position %.4f is %s stage %.32s's share %.4f", position,
                inside ? "inside" : "outside", rule.name.c_str(), rule.share);
  return {inside ? rollout::Decision::offer : rollout::Decision::hold, text.data()};
}

}  // namespace walle::policies
