#include "daemon/bus/tasks.h"

#include "daemon/bus/answers.h"

namespace walle::daemon::bus::tasks {

Result<dbus::TasksListOut> list(Service& service, const Caller&, dbus::TasksListIn in) {
  WALLE_TRY(check_options(in.options, {}));
  dbus::TasksListOut out;
  for (const auto& [task, installed] : service.registry.tasks()) out.tasks.push_back(describe(installed));
  return out;
}

}  // namespace walle::daemon::bus::tasks
