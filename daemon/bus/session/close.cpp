#include "daemon/bus/session.h"

#include "daemon/bus/answers.h"

namespace walle::daemon::bus::session {

Result<dbus::SessionCloseOut> close(Service& service, const Caller& caller, dbus::SessionCloseIn in) {
  WALLE_TRY(check_options(in.options, {}));
  WALLE_TRY(service.models.close_session(WALLE_TRY(session_of(caller)), owner_of(caller)));
  return dbus::SessionCloseOut{};
}

}  // namespace walle::daemon::bus::session
