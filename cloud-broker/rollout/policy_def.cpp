#include "cloud-broker/rollout/policy_def.h"

#include "libwalle/base/digest.h"

namespace walle::rollout {

std::string_view name_of(Decision decision) {
  if (decision == Decision::offer) return "offer";
  return decision == Decision::hold ? "hold" : "withdraw";
}

Result<const PolicyDef*> find_policy(PolicyTable policies, std::string_view name) {
  std::string known;
  for (const PolicyDef* policy : policies) {
    if (policy->name == name) return policy;
    known += " " + std::string(policy->name);
  }
  return fail(ErrorCode::invalid_argument, "no policy '" + std::string(name) + "'; there are" + known);
}

double bucket(std::string_view device, std::string_view seed) {
  const Digest digest = sha256(std::string(seed) + ":" + std::string(device));
  uint64_t top = 0;
  for (size_t i = 0; i < 8; ++i) top = top << 8 | digest[i];
  return static_cast<double>(top >> 11) * 0x1.0p-53;
}

}  // namespace walle::rollout
