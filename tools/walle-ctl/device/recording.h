#pragma once

#include <string>
#include <vector>

#include "ipc/wire/event.h"
#include "libwalle/base/result.h"

namespace walle::ctl {

/// Events of a file as `events send` takes it, or of lines as `events tail --json` writes them (those that are no
/// events are left out). Errors: invalid_argument naming file and line.
[[nodiscard]] Result<std::vector<wire::Event>> read_recording(const std::string& file);

}  // namespace walle::ctl
