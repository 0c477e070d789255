#include "daemon/bus/answers.h"
#include "daemon/bus/stream.h"

namespace walle::daemon::bus::stream {

Result<dbus::StreamEventsOut> events(Service& service, const Caller&, dbus::StreamEventsIn in) {
  WALLE_TRY(check_options(in.options, {"from", "page", "id", "limit", "newest_first", "contents"}));
  streamd::LogQuery query;
  query.after_number = WALLE_TRY(get_int_or(in.options, "from", 1)) - 1;
  query.page = WALLE_TRY(get_string_or(in.options, "page", ""));
  query.id = WALLE_TRY(get_string_or(in.options, "id", ""));
  query.limit = static_cast<size_t>(WALLE_TRY(limit_of(in.options)));
  query.newest_first = WALLE_TRY(get_bool_or(in.options, "newest_first", false));
  const bool contents = WALLE_TRY(get_bool_or(in.options, "contents", false));
  dbus::StreamEventsOut out;
  for (streamd::LoggedEvent& logged : WALLE_TRY(service.log.read(query))) {
    if (!contents) logged.event.contents = Value::object();
    Value event = wire::to_value(logged.event);
    event["number"] = logged.number;
    out.events.push_back(std::move(event));
  }
  return out;
}

}  // namespace walle::daemon::bus::stream
