#include "daemon/bus/tunnel.h"

#include "daemon/bus/answers.h"

namespace walle::daemon::bus::tunnel {

Result<dbus::TunnelPendingOut> pending(Service& service, const Caller&, dbus::TunnelPendingIn in) {
  WALLE_TRY(check_options(in.options, {"limit", "contents"}));
  const bool contents = WALLE_TRY(get_bool_or(in.options, "contents", false));
  const int64_t limit = WALLE_TRY(limit_of(in.options));
  const auto batch = WALLE_TRY(service.spool.next(8U << 20, static_cast<size_t>(limit)));
  dbus::TunnelPendingOut out;
  for (const wire::Feature& feature : batch.features) {
    Value row{{"id", feature.id},     {"task", feature.task},       {"version", feature.version},
              {"name", feature.name}, {"time_us", feature.time_us}, {"bytes", feature.value.size()}};
    if (contents) row["feature"] = WALLE_TRY(from_cbor(feature.value));
    out.features.push_back(std::move(row));
  }
  return out;
}

}  // namespace walle::daemon::bus::tunnel
