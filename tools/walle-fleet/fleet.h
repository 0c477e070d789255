#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "libwalle/base/result.h"
#include "libwalle/base/value.h"
#include "tools/walle-fleet/device.h"

namespace walle::fleet {

struct FleetOptions {
  int64_t devices = 10;
  std::string broker;  ///< https://HOST:PORT of the API
  std::string token;
  std::string ca_file;
  std::string prefix = "sim-";
  std::map<std::string, std::string> labels;
  std::string folder;  ///< identities, kept for the next run
  Behaviour behaviour;
  int64_t seconds = 0;         ///< 0: until a signal
  int64_t settle_seconds = 0;  ///< end this long after the last device finished an update; 0: not
};

/// Enrols what is not enrolled yet (several at once), runs the devices, yields what became of them. `progress` gets a
/// line now and then.
[[nodiscard]] Result<Value> run_fleet(const FleetOptions& options,
                                      const std::function<void(const std::string&)>& progress);

/// The result as a table for people.
[[nodiscard]] std::string table_of(const Value& result);

}  // namespace walle::fleet
