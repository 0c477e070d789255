#include "daemon/bus/tasks.h"

#include "daemon/bus/answers.h"

namespace walle::daemon::bus::tasks {

Result<dbus::TasksRemoveOut> remove(Service& service, const Caller&, dbus::TasksRemoveIn in) {
  WALLE_TRY(check_options(in.options, {}));
  WALLE_TRY(service.registry.remove(in.task, "by an administrator"));
  return dbus::TasksRemoveOut{};
}

}  // namespace walle::daemon::bus::tasks
