#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/loop/journal.h"
#include "libwalle/base/result.h"
#include "libwalle/base/value.h"

namespace walle::daemon {

/// walled's configuration: defaults, then FILE, then FILE.d/*.toml by name, then the command line.
struct Config {
  std::string state_dir = "/var/lib/walle";
  std::string runtime_dir = "/run/walle";  ///< net.sock lies there
  std::string bus = "system";
  std::string vmd;                       ///< walle-vmd; empty: beside walled
  std::string stdlib;                    ///< of the tailored Python; empty: walle-vmd's own
  std::vector<std::string> admin_users;  ///< names or numbers, besides root and walled's own user
  Level log_level = Level::info;
  std::string device_id;              ///< empty: kept in STATE/device-id, made at first start
  Value labels = Value::object();     ///< [device.labels]
  std::string trust_root;             ///< [trust] root; empty: STATE/net/identity/root.json, where walle-netd keeps it
  int64_t max_time_us = 300'000'000;  ///< [limits] time: of one run
  int64_t max_memory_bytes = 2LL << 30;           ///< [limits] memory: of one interpreter
  int64_t lateness_us = 100'000;                  ///< [events] lateness: how long older events are waited for
  int64_t log_age_us = 7LL * 86'400 * 1'000'000;  ///< [limits] age: of events, by their own time
  int64_t log_bytes = 256LL << 20;                ///< [limits] events
  int64_t store_bytes = 256LL << 20;              ///< [limits] rows
  int64_t spool_bytes = 64LL << 20;               ///< [limits] features
};

/// Applies one TOML text. Errors: invalid_argument with the line; an unknown key is named together with the known ones.
[[nodiscard]] Status apply_config(Config& config, std::string_view toml, const std::string& source);

/// FILE and FILE.d/*.toml. A missing FILE is an error only if `required`. At most 1 MiB each, 64 drop-ins.
[[nodiscard]] Result<Config> read_config(const std::string& file, bool required);

}  // namespace walle::daemon
