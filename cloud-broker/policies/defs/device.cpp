#include <algorithm>

#include "cloud-broker/policies/policies.h"

namespace walle::policies {
namespace {
// Naming a device is stronger than targets: a beta device need not look like the fleet.
rollout::Verdict decide(const rollout::Device& device, const rollout::Release& release, size_t stage, int64_t) {
  const rollout::Stage& rule = release.plan.stages[stage];
  const bool named = std::find(rule.devices.begin(), rule.devices.end(), device.id) != rule.devices.end();
  return {named ? rollout::Decision::offer : rollout::Decision::hold,
          "stage " + rule.name + (named ? " names " : " does not name ") + device.id};
}
}  // namespace

extern const rollout::PolicyDef kDevice;
const rollout::PolicyDef kDevice = {"device", "the devices that the stage names", decide};

}  // namespace walle::policies
