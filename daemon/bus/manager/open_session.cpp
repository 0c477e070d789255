#include "daemon/bus/manager.h"

#include "daemon/bus/answers.h"
#include "ipc/dbus/names.h"

namespace walle::daemon::bus::manager {

Result<dbus::ManagerOpenSessionOut> open_session(Service& service, const Caller& caller,
                                                 dbus::ManagerOpenSessionIn in) {
  WALLE_TRY(check_options(in.options, {"threads", "precision", "backend"}));
  auto opened = WALLE_TRY(service.models.open_session(in.model, in.options, owner_of(caller)));
  dbus::ManagerOpenSessionOut out;
  out.session.text = std::string(dbus::kSessionPath) + "/" + std::to_string(opened.id);
  out.socket = std::move(opened.socket);
  return out;
}

}  // namespace walle::daemon::bus::manager
