#include "daemon/bus/manager.h"

#include "daemon/bus/answers.h"

namespace walle::daemon::bus::manager {

Result<dbus::ManagerGetLogOut> get_log(Service& service, const Caller&, dbus::ManagerGetLogIn in) {
  WALLE_TRY(check_options(in.options, {"task", "level", "limit", "after"}));
  Journal::Query query;
  query.task = WALLE_TRY(get_string_or(in.options, "task", ""));
  query.lowest = level_from(WALLE_TRY(get_string_or(in.options, "level", "debug")));
  query.after = WALLE_TRY(get_int_or(in.options, "after", 0));
  query.limit = static_cast<size_t>(WALLE_TRY(limit_of(in.options)));
  return dbus::ManagerGetLogOut{.lines = service.journal.read(query)};
}

}  // namespace walle::daemon::bus::manager
