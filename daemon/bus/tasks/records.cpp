#include "daemon/bus/tasks.h"

#include "daemon/bus/answers.h"

namespace walle::daemon::bus::tasks {

Result<dbus::TasksRecordsOut> records(Service& service, const Caller&, dbus::TasksRecordsIn in) {
  WALLE_TRY(check_options(in.options, {"limit", "after_us", "status", "run"}));
  if (in.options.contains("run")) {
    auto one = WALLE_TRY(service.registry.ledger().record(WALLE_TRY(get_int(in.options, "run"))));
    return dbus::TasksRecordsOut{.records = one ? std::vector<Value>{std::move(*one)} : std::vector<Value>{}};
  }
  const std::string status = WALLE_TRY(get_string_or(in.options, "status", ""));
  const int64_t after_us = WALLE_TRY(get_int_or(in.options, "after_us", 0));
  const int64_t limit = WALLE_TRY(limit_of(in.options));
  return dbus::TasksRecordsOut{.records =
                                   WALLE_TRY(service.registry.ledger().records(in.task, status, after_us, limit))};
}

}  // namespace walle::daemon::bus::tasks
