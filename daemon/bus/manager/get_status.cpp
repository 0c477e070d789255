#include "daemon/bus/manager.h"

#include <unistd.h>

#include "daemon/bus/answers.h"
#include "daemon/bus/version.h"

namespace walle::daemon::bus::manager {

Result<dbus::ManagerGetStatusOut> get_status(Service& service, const Caller&, dbus::ManagerGetStatusIn in) {
  WALLE_TRY(check_options(in.options, {}));
  const auto log = WALLE_TRY(service.log.stats());
  const auto store = WALLE_TRY(service.store.stats());
  const auto spool = WALLE_TRY(service.spool.stats());
  Value status{{"version", kVersion},
               {"pid", ::getpid()},
               {"uptime_us", service.clock.monotonic_us() - service.started_us},
               {"device", service.device},
               {"tasks", service.registry.tasks().size()},
               {"models", service.models.models()},
               {"sessions", service.models.sessions()},
               {"hosts", service.supervisor.hosts()},
               {"busy", service.supervisor.busy()}};
  status["events"] = {{"accepted", log.appended},
                      {"refused", service.pipeline.refused()},
                      {"kept", log.events},
                      {"first", log.first_number},
                      {"last", log.last_number}};
  const size_t tables = WALLE_TRY(service.store.tables()).size();
  status["store"] = {{"tables", tables}, {"rows", store.rows}, {"bytes", store.bytes}};
  status["tunnel"] = {{"waiting", spool.waiting}, {"bytes", spool.bytes}};
  status["link"] = {{"state", service.net.state()}, {"detail", service.net.detail()}};
  return dbus::ManagerGetStatusOut{.status = std::move(status)};
}

}  // namespace walle::daemon::bus::manager
