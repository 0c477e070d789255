#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <random>
#include <string>

#include "tools/walle-fleet/simulate/timeline.h"

namespace walle::fleet {

/// How the simulated devices and their network behave.
struct Conditions {
  double failure_rate = 0;               ///< share of devices on which the new version fails
  double loss = 0;                       ///< share of messages that are lost, either way
  double offline = 0;                    ///< share of the time that a device has no network
  int64_t away_us = 1'800'000'000;       ///< how long it has none, on average
  int64_t latency_us = 50'000;           ///< of a message, on average
  int64_t step_us = 50'000;              ///< of an effect without a download, on average
  int64_t download_us = 20'000'000;      ///< on average
  int64_t probation_us = 60'000'000;     ///< from activation to the verdict
  int64_t report_us = 600'000'000;       ///< between reports of a device to which nothing happens
  int64_t nudge_jitter_us = 30'000'000;  ///< over which devices spread their reports after a change
};

/// What all parts of a simulation share: time, chance, the network.
struct World {
  World(Conditions given, uint64_t seed) : conditions(given), seed_text(std::to_string(seed)), random(seed) {}

  Conditions conditions;
  std::string seed_text;
  Timeline time;
  std::mt19937_64 random;
  int64_t sent = 0;
  int64_t lost = 0;

  /// In [0, 1). Not std::uniform_real_distribution, whose results are the library's own.
  double chance() { return static_cast<double>(random() >> 11U) * 0x1.0p-53; }
  int64_t up_to(int64_t limit) { return static_cast<int64_t>(chance() * static_cast<double>(limit)); }
  /// Exponential, as times between independent events are.
  int64_t around(int64_t mean) { return static_cast<int64_t>(-std::log1p(-chance()) * static_cast<double>(mean)); }

  /// A message: `arrive` is called after the network's delay, or never.
  void send(std::function<void()> arrive) {
    ++sent;
    if (chance() < conditions.loss) {
      ++lost;
      return;
    }
    time.after(around(conditions.latency_us), std::move(arrive));
  }
};

}  // namespace walle::fleet
