#pragma once

#include <cstdint>
#include <string>

#include "libwalle/base/result.h"
#include "libwalle/base/value.h"

namespace walle::wire {

/// Largest encoded event that is accepted anywhere (contents included).
inline constexpr size_t kMaxEventBytes = 8U << 20;

/// Something that happened on the device. `PAGE.enter` and `PAGE.exit` are events with id "enter" and "exit".
struct Event {
  std::string id;                    ///< [a-z][a-z0-9_-]{0,63}
  std::string page;                  ///< the same, or empty: belongs to no page
  int64_t time_us = 0;               ///< microseconds since 1970, UTC; 0 = "now" is filled in on acceptance
  Value contents = Value::object();  ///< a map
};

/// Reads one event from its map form {"id", "page"?, "time_us"?, "contents"?}.
/// Errors: invalid_argument that names the key; an unknown key is refused, naming the known ones.
[[nodiscard]] Result<Event> event_from_value(const Value& value);
[[nodiscard]] Value to_value(const Event& event);

/// Reads the text of an event file: one event, a list of them, or a case of a task (its "events"). {"$file": "x.png"}
/// in contents is replaced by that file's bytes, looked up in `folder` and never outside it. Errors: as above, with the
/// position in the list.
[[nodiscard]] Result<std::vector<Event>> events_from_json(std::string_view text, const std::string& folder);

}  // namespace walle::wire
