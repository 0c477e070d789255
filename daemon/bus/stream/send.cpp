#include "daemon/bus/stream.h"

#include "daemon/bus/answers.h"
#include "daemon/bus/stream_events.h"

namespace walle::daemon::bus::stream {

Result<dbus::StreamSendOut> send(Service& service, const Caller& caller, dbus::StreamSendIn in) {
  WALLE_TRY(check_options(in.options, {}));
  std::vector<streamd::NewEvent> events;
  size_t bytes = 0;
  for (size_t i = 0; i < in.events.size(); ++i) {
    auto event = wire::event_from_value(in.events[i]);
    if (!event) return fail(event.error().with("event " + std::to_string(i)));
    bytes += event_bytes(*event);
    events.push_back({std::move(*event), ""});
  }
  WALLE_TRY(service.quota.take(caller.uid, events.size(), bytes));
  const auto numbers = WALLE_TRY(service.pipeline.accept(std::move(events)));
  dbus::StreamSendOut out;
  out.ids.assign(numbers.begin(), numbers.end());
  return out;
}

}  // namespace walle::daemon::bus::stream
