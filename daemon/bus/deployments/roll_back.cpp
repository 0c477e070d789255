#include "daemon/bus/deployments.h"

#include "daemon/bus/answers.h"

namespace walle::daemon::bus::deployments {

Result<dbus::DeploymentsRollBackOut> roll_back(Service& service, const Caller&, dbus::DeploymentsRollBackIn in) {
  WALLE_TRY(check_options(in.options, {}));
  WALLE_TRY(service.registry.roll_back(in.task, "by an administrator"));
  const Installed* installed = service.registry.find(in.task);
  return dbus::DeploymentsRollBackOut{.deployment = installed == nullptr ? Value::object() : describe(*installed)};
}

}  // namespace walle::daemon::bus::deployments
