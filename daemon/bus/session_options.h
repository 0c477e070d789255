#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/models/models.h"
#include "ipc/dbus/session.h"
#include "libwalle/base/result.h"

namespace walle::daemon::bus {

/// Inputs, and outputs, that may travel inside a bus message.
inline constexpr size_t kMaxSmallBytes = 64U << 10;

struct RunChoices {
  int64_t deadline_us = 0;
  std::vector<std::string> outputs;  ///< empty: all
  [[nodiscard]] bool wants(const std::string& name) const;
};
[[nodiscard]] Result<RunChoices> run_options(const Value& options);

/// The chosen outputs in one sealed file, with a descriptor for each.
[[nodiscard]] Result<dbus::SessionRunSharedOut> shared_outputs(const std::vector<RawTensor>& outputs,
                                                               const RunChoices& choices, int64_t time_us);

}  // namespace walle::daemon::bus
