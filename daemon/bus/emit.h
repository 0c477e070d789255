#pragma once

#include <systemd/sd-bus.h>

#include "ipc/dbus/names.h"
#include "libwalle/base/result.h"

namespace walle::daemon::bus {

/// Sends a signal of the XML (`dbus::TasksRunFinishedSignal` …) from the service's object.
template <class Signal>
[[nodiscard]] Status emit(sd_bus* bus, const char* interface, const char* member, const Signal& signal) {
  sd_bus_message* message = nullptr;
  if (sd_bus_message_new_signal(bus, &message, dbus::kPath, interface, member) < 0)
    return fail(ErrorCode::unavailable, "no signal can be made");
  auto status = signal.append_to(message);
  if (status && sd_bus_send(bus, message, nullptr) < 0) status = fail(ErrorCode::unavailable, "the bus took no signal");
  sd_bus_message_unref(message);
  return status;
}

}  // namespace walle::daemon::bus
