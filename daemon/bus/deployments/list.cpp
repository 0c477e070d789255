#include "daemon/bus/deployments.h"

#include "daemon/bus/answers.h"

namespace walle::daemon::bus::deployments {

Result<dbus::DeploymentsListOut> list(Service& service, const Caller&, dbus::DeploymentsListIn in) {
  WALLE_TRY(check_options(in.options, {}));
  dbus::DeploymentsListOut out;
  for (const auto& [task, installed] : service.registry.tasks()) out.deployments.push_back(describe(installed));
  return out;
}

}  // namespace walle::daemon::bus::deployments
