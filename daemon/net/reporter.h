#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "daemon/update/agent.h"
#include "ipc/wire/profile.h"
#include "ipc/wire/report.h"
#include "libwalle/base/result.h"

namespace walle::net {

/// Makes the reports of one start of the agent: digest always, the full profile when it was asked for or is another
/// than the last one sent, outcomes until they are acknowledged.
class Reporter {
 public:
  /// `profile` without tasks; `boot` is random.
  Reporter(std::string device, std::string boot, wire::Profile profile);

  /// The next report, encoded. Errors: the journal's.
  [[nodiscard]] Result<std::vector<uint8_t>> next(update::Agent& agent);
  /// The cloud wants the full profile, or may have forgotten it (a new session).
  void ask_profile() { sent_.reset(); }
  /// True if an offer with this nonce answers one of the last reports; empty nonces pass.
  [[nodiscard]] bool knows(const std::string& nonce) const;
  wire::Profile& profile() { return profile_; }

 private:
  std::string device_;
  std::string boot_;
  wire::Profile profile_;
  uint64_t seq_ = 0;
  std::optional<wire::ProfileDigest> sent_;
  std::deque<std::string> nonces_;
};

/// 16 hexadecimal characters from the system's random source.
[[nodiscard]] std::string random_name();

}  // namespace walle::net
