#include "daemon/bus/deployments.h"

#include "daemon/bus/answers.h"

namespace walle::daemon::bus::deployments {

Result<dbus::DeploymentsHistoryOut> history(Service& service, const Caller&, dbus::DeploymentsHistoryIn in) {
  WALLE_TRY(check_options(in.options, {"task", "limit"}));
  const std::string task = WALLE_TRY(get_string_or(in.options, "task", ""));
  const int64_t limit = WALLE_TRY(limit_of(in.options));
  return dbus::DeploymentsHistoryOut{.entries = WALLE_TRY(service.registry.ledger().history(task, limit))};
}

}  // namespace walle::daemon::bus::deployments
