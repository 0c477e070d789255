#pragma once

#include <algorithm>
#include <cstdint>
#include <map>

#include "libwalle/base/clock.h"
#include "libwalle/base/result.h"

namespace walle::daemon::bus {

/// How much a user may send: a token bucket of events and one of bytes. Loop thread only.
class Quota {
 public:
  struct Limits {
    double events_per_second = 5'000;
    double events_burst = 20'000;
    double bytes_per_second = 64.0 * (1 << 20);
    double bytes_burst = 256.0 * (1 << 20);
  };
  Quota(const Clock& clock, Limits limits) : clock_(clock), limits_(limits) {}

  /// Takes both or none. Errors: resource_exhausted, naming the rate.
  [[nodiscard]] Status take(uint32_t uid, size_t events, size_t bytes) {
    const int64_t now_us = clock_.monotonic_us();
    auto [entry, fresh] = users_.try_emplace(uid, User{limits_.events_burst, limits_.bytes_burst, now_us});
    User& user = entry->second;
    const double seconds = static_cast<double>(now_us - user.at_us) / 1e6;
    user.at_us = now_us;
    user.events = std::min(limits_.events_burst, user.events + seconds * limits_.events_per_second);
    user.bytes = std::min(limits_.bytes_burst, user.bytes + seconds * limits_.bytes_per_second);
    if (user.events < static_cast<double>(events) || user.bytes < static_cast<double>(bytes))
      return fail(ErrorCode::resource_exhausted,
                  "this user sends faster than " + std::to_string(static_cast<int64_t>(limits_.events_per_second)) +
                      " events or " + std::to_string(static_cast<int64_t>(limits_.bytes_per_second)) +
                      " bytes a second; send the same again later");
    user.events -= static_cast<double>(events);
    user.bytes -= static_cast<double>(bytes);
    return {};
  }

 private:
  struct User {
    double events;
    double bytes;
    int64_t at_us;
  };
  const Clock& clock_;
  Limits limits_;
  std::map<uint32_t, User> users_;
};

}  // namespace walle::daemon::bus
