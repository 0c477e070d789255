#include "daemon/bus/tunnel.h"

#include "daemon/bus/answers.h"

namespace walle::daemon::bus::tunnel {

Result<dbus::TunnelStatusOut> status(Service& service, const Caller&, dbus::TunnelStatusIn in) {
  WALLE_TRY(check_options(in.options, {}));
  const auto spool = WALLE_TRY(service.spool.stats());
  const auto oldest = WALLE_TRY(service.spool.next(1, 1));
  return dbus::TunnelStatusOut{.status = {{"waiting", spool.waiting},
                                          {"bytes", spool.bytes},
                                          {"oldest_us", oldest.features.empty() ? 0 : oldest.features[0].time_us},
                                          {"sent", spool.acknowledged},
                                          {"link", service.net.state()},
                                          {"detail", service.net.detail()}}};
}

}  // namespace walle::daemon::bus::tunnel
