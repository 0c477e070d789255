#include "cloud-broker/policies/policies.h"

namespace walle::policies {
namespace {
rollout::Verdict decide(const rollout::Device& device, const rollout::Release& release, size_t stage, int64_t) {
  return by_share(device, release, stage);
}
}  // namespace

extern const rollout::PolicyDef kUniform;
const rollout::PolicyDef kUniform = {"uniform", "a share of all devices, by hash", decide};

}  // namespace walle::policies
