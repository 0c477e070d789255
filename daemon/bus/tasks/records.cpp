#include "daemon/bus/tasks.h"

#include "daemon/bus/answers.h"

namespace walle::daemon::bus::tasks {

Result<dbus::TasksRecordsOut> records(Service& service, const Caller&, dbus::TasksRecordsIn in) {
  WALLE_TRY(check_options(in.options, {"limit", "after_us", "status"}));
  return dbus::TasksRecordsOut{.records = WALLE_TRY(service.registry.ledger().records(
                                   in.task, WALLE_TRY(get_string_or(in.options, "status", "")),
                                   WALLE_TRY(get_int_or(in.options, "after_us", 0)), WALLE_TRY(limit_of(in.options))))};
}

}  // namespace walle::daemon::bus::tasks
