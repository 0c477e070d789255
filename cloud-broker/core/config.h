#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libwalle/base/result.h"

namespace walle::core {

struct Endpoint {
  std::string host;
  int port = 0;  ///< 0: any free one
};

/// walle-broker's configuration (broker.toml); every key has a default.
struct Config {
  std::string state_dir = "/var/lib/walle-broker";
  std::string public_host;                      ///< [server] host: what devices call this machine; default by api.https
  std::string database;                         ///< [store] url; default sqlite://STATE/broker.db
  Endpoint http{"127.0.0.1", 8080};             ///< [api] http: plain, on loopback only; port -1: off
  Endpoint https{"0.0.0.0", 8443};              ///< [api] https; port -1: off
  Endpoint mqtt_listen{"0.0.0.0", 8883};        ///< [mqtt] listen: of our own mosquitto
  std::string mqtt_url;                         ///< [mqtt] url: another broker, ssl://HOST:PORT, instead of our own
  std::string mqtt_ca, mqtt_cert, mqtt_key;     ///< for `mqtt_url`
  std::string mosquitto = "mosquitto";          ///< [mqtt] program
  std::vector<std::string> origins;             ///< [origin] urls: mirrors, best first; we come last
  std::string allowed_signers;                  ///< [tasks] allowed_signers; default STATE/allowed_signers
  int64_t simulation_timeout_us = 600'000'000;  ///< [tasks] simulation_timeout
  int64_t convert_timeout_us = 600'000'000;     ///< [tasks] convert_timeout
  int64_t nudge_jitter_us = 0;                  ///< [rollout] jitter: devices spread their reports after a change
};

/// Reads a file, or the defaults for an empty path; then `state_dir` (if not empty) wins. Errors: invalid_argument
/// naming line and key.
[[nodiscard]] Result<Config> load_config(const std::string& path, const std::string& state_dir);

}  // namespace walle::core
