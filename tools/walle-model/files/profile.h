#pragma once

#include <string>

#include "libwalle/base/result.h"

namespace walle::workbench {

/// Where `tune` keeps the device profile: WALLE_PROFILE, else walle/profile.json in XDG_CACHE_HOME or ~/.cache; ""
/// where there is no home.
[[nodiscard]] std::string default_profile();

/// Has the sessions of this process use the profile in default_profile(), if there is one of this processor.
/// WALLE_PROFILE set to nothing: none is used. Errors: data_loss naming the file.
[[nodiscard]] Status use_default_profile();

}  // namespace walle::workbench
