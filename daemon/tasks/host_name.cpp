#include "daemon/tasks/host_name.h"

namespace walle::daemon {

std::string host_name(const Installed& installed) {
  if (installed.manifest.permissions.isolation == bundle::Isolation::process) return "task:" + installed.row.key.task;
  return installed.scenario.empty() ? "local" : "scenario:" + installed.scenario;
}

}  // namespace walle::daemon
