#include "daemon/bus/session.h"

#include "daemon/bus/answers.h"

namespace walle::daemon::bus::session {

Result<dbus::SessionCloseOut> close(Service& service, const Caller& caller, dbus::SessionCloseIn in) {
  WALLE_TRY(check_options(in.options, {}));
  const int64_t id = WALLE_TRY(session_of(caller));
  WALLE_TRY(service.models.close_session(id, owner_of(caller)));
  return dbus::SessionCloseOut{};
}

}  // namespace walle::daemon::bus::session
