#pragma once

#include <string>
#include <string_view>

#include "libwalle/base/result.h"

namespace walle::dbus {

/// The D-Bus error name of a code: not_found → "org.walle.Walle1.Error.NotFound".
[[nodiscard]] std::string error_name(ErrorCode code);

/// The Error of a D-Bus error: ours by their code; the bus's own (no such service, access denied, no reply) by the code
/// that fits, with what to do next in the message.
[[nodiscard]] Error error_from(std::string_view name, std::string_view message);

}  // namespace walle::dbus
