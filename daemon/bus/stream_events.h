#pragma once

#include "ipc/wire/event.h"

namespace walle::daemon::bus {

/// Bytes that an event weighs in quotas.
[[nodiscard]] size_t event_bytes(const wire::Event& event);

/// An event that a client wrote as CBOR into a file. The bytes are copied before they are parsed, because the client
/// can still change them. Errors: invalid_argument, resource_exhausted over 8 MiB.
[[nodiscard]] Result<wire::Event> event_from_file(int fd);

}  // namespace walle::daemon::bus
