#include "cloud-broker/policies/policies.h"

namespace walle::policies {
namespace {
rollout::Verdict decide(const rollout::Device& device, const rollout::Release& release, size_t stage, int64_t) {
  if (!release.plan.targets.matches(device.profile))
    return {rollout::Decision::hold, "not targeted: " + release.plan.targets.explain(device.profile)};
  return by_share(device, release, stage);
}
}  // namespace

extern const rollout::PolicyDef kGroup;
const rollout::PolicyDef kGroup = {"group", "a share of the devices whose profile matches targets", decide};

}  // namespace walle::policies
