#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ipc/client/connection.h"
#include "ipc/wire/event.h"
#include "libwalle/base/result.h"
#include "tools/walle-ctl/frame/context.h"

namespace walle::ctl {

/// A connection to the device's bus, as --bus says.
[[nodiscard]] Result<client::Connection> connect(const Context& context);

/// Sends events in order and waits until they are accepted; large ones in memfds, so that no bus message grows over
/// 1 MiB. Yields their numbers.
[[nodiscard]] Result<std::vector<uint64_t>> send_events(client::Connection& connection,
                                                        const std::vector<wire::Event>& events);

/// The events of a file: one or a list, "-" for stdin; {"$file"} is looked up beside it.
[[nodiscard]] Result<std::vector<wire::Event>> read_events(const std::string& file);

/// The events as Tasks.Run takes them.
[[nodiscard]] std::vector<Value> event_values(const std::vector<wire::Event>& events);

/// A program that was installed beside walle-ctl.
[[nodiscard]] std::string program_beside(const std::string& name);

}  // namespace walle::ctl
