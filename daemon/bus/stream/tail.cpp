#include "daemon/bus/stream.h"

#include "daemon/bus/answers.h"

namespace walle::daemon::bus::stream {

Result<dbus::StreamTailOut> tail(Service& service, const Caller&, dbus::StreamTailIn in) {
  WALLE_TRY(check_options(in.options, {"events", "runs", "page", "contents"}));
  TailOptions options;
  options.events = WALLE_TRY(get_bool_or(in.options, "events", true));
  options.runs = WALLE_TRY(get_bool_or(in.options, "runs", false));
  options.contents = WALLE_TRY(get_bool_or(in.options, "contents", true));
  options.page = WALLE_TRY(get_string_or(in.options, "page", ""));
  dbus::StreamTailOut out;
  out.socket = WALLE_TRY(service.tails.add(std::move(options)));
  return out;
}

}  // namespace walle::daemon::bus::stream
