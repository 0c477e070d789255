#include "daemon/bus/manager.h"

#include "daemon/bus/answers.h"

namespace walle::daemon::bus::manager {

Result<dbus::ManagerUnloadModelOut> unload_model(Service& service, const Caller& caller,
                                                 dbus::ManagerUnloadModelIn in) {
  WALLE_TRY(check_options(in.options, {}));
  WALLE_TRY(service.models.unload(in.name, owner_of(caller)));
  return dbus::ManagerUnloadModelOut{};
}

}  // namespace walle::daemon::bus::manager
