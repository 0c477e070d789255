#pragma once

#include <string>

#include "daemon/tasks/registry.h"

namespace walle::daemon {

/// The task host that a task runs in: "task:NAME" for isolation = "process", else its scenario's, which the tasks of
/// the scenario share ("scenario:NAME"); "local" for tasks that were installed by hand. A task cannot name itself into
/// another's: names hold no colon.
[[nodiscard]] std::string host_name(const Installed& installed);

}  // namespace walle::daemon
