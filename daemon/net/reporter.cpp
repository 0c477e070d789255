#include "daemon/net/reporter.h"

#include <sys/random.h>

#include <algorithm>
#include <array>

#include "libwalle/base/base64.h"

namespace walle::net {
namespace {

constexpr size_t kNonces = 16;

}  // namespace

std::string random_name() {
  std::array<uint8_t, 8> bytes{};
  (void)!::getrandom(bytes.data(), bytes.size(), 0);
  return hex_encode(bytes);
}

Reporter::Reporter(std::string device, std::string boot, wire::Profile profile)
    : device_(std::move(device)), boot_(std::move(boot)), profile_(std::move(profile)) {}

Result<std::vector<uint8_t>> Reporter::next(update::Agent& agent) {
  profile_.tasks = agent.installed();
  wire::Report report{.device = device_, .boot = boot_, .seq = ++seq_, .nonce = random_name(), .epoch = agent.epoch()};
  report.digest = wire::digest_of(profile_);
  if (report.digest != sent_) report.profile = profile_;
  report.outcomes = WALLE_TRY(agent.outcomes());
  nonces_.push_back(report.nonce);
  if (nonces_.size() > kNonces) nonces_.pop_front();
  sent_ = report.digest;
  return wire::encode_report(report);
}

bool Reporter::knows(const std::string& nonce) const {
  return nonce.empty() || std::find(nonces_.begin(), nonces_.end(), nonce) != nonces_.end();
}

}  // namespace walle::net
