#pragma once

#include <string>

#include "libwalle/base/result.h"

namespace walle::engine {

/// Has the sessions that this process makes from now on choose kernels by the device profile in a file, which
/// `walle-model tune` writes. False if there is none, or one of another processor: then nothing changes. Thread-safe.
/// Errors: data_loss naming the file and what is wrong with it; permission_denied.
[[nodiscard]] Result<bool> use_device_profile(const std::string& path);

}  // namespace walle::engine
