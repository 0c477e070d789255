#pragma once

#include <string>
#include <string_view>

#include "libwalle/base/result.h"
#include "libwalle/base/value.h"

struct sd_bus_message;

namespace walle::dbus {

/// Deepest nesting of values on the bus (D-Bus itself allows 64 containers, and ours take two a level).
inline constexpr int kMaxDepth = 24;

/// Appends a value as one variant `v`: bool b, integers x (t above 2^63-1), floats d, text s, bytes ay, list av, map
/// a{sv}, nothing g "" (D-Bus has no null, and nobody writes an empty signature for anything else).
/// Invalid UTF-8 and NUL in text become U+FFFD, because a bus disconnects who sends them.
/// Errors: invalid_argument over kMaxDepth; internal if the message cannot grow.
[[nodiscard]] Status append_variant(sd_bus_message* message, const Value& value, int depth = 0);

/// Appends a map as `a{sv}`. Errors: as above; invalid_argument unless it is a map.
[[nodiscard]] Status append_map(sd_bus_message* message, const Value& map, int depth = 0);

/// Reads one complete `v`, or `a{sv}`, at the message's position. Any basic type, array, struct (as a list), dictionary
/// with string keys is understood, so that plain clients can write "as" for a list of texts.
/// Errors: invalid_argument for descriptors, other keys and over kMaxDepth.
[[nodiscard]] Result<Value> read_variant(sd_bus_message* message, int depth = 0);
[[nodiscard]] Result<Value> read_map(sd_bus_message* message, int depth = 0);

/// Text that a bus accepts: valid UTF-8 without NUL.
[[nodiscard]] std::string clean_text(std::string_view text);

}  // namespace walle::dbus
