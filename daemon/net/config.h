#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libwalle/base/result.h"

namespace walle::net {

/// walle-netd's configuration, TOML; everything has a default.
struct Config {
  std::string state_folder = "/var/lib/walle-net";  ///< state_dir
  std::string identity_folder;                      ///< identity_dir; default STATE/identity
  std::string socket = "/run/walle/net.sock";       ///< socket: walled's end
  int64_t report_us = 60'000'000;                   ///< report_interval
  std::string mqtt_url;                             ///< [cloud] mqtt_url: instead of the enrolled one
  std::vector<std::string> origins;                 ///< [cloud] origins: before the enrolled ones
  int64_t bytes_per_second = 0;                     ///< [limits] bandwidth, for example "500K"
  std::string enrol_url, enrol_token_file, enrol_ca_file, enrol_device;  ///< [enrol] url, token_file, ca_file, device
  std::map<std::string, std::string> labels;                             ///< [labels]
};

/// Errors: invalid_argument with the line; an unknown key names the known ones.
[[nodiscard]] Result<Config> parse_config(std::string_view toml);

}  // namespace walle::net
