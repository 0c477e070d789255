#include "tools/walle-ctl/device/recording.h"

#include <sstream>

#include "libwalle/base/file.h"
#include "tools/walle-ctl/device/device.h"

namespace walle::ctl {
namespace {

constexpr size_t kMostBytes = 1U << 30;
constexpr size_t kMostEvents = 1'000'000;

/// Whether the first line is one of `events tail --json`.
bool is_tail(const std::string& text) {
  const auto first = parse_json(text.substr(0, text.find('\n')), {.bytes = 2 * wire::kMaxEventBytes});
  return first && first->is_object() && first->contains("type");
}

}  // namespace

Result<std::vector<wire::Event>> read_recording(const std::string& file) {
  if (file == "-") return read_events(file);
  const std::string text = WALLE_TRY(read_text(file, kMostBytes));
  if (!is_tail(text)) return read_events(file);
  std::vector<wire::Event> events;
  std::istringstream lines(text);
  std::string line;
  for (int64_t number = 1; std::getline(lines, line); ++number) {
    if (line.empty()) continue;
    const auto message = parse_json(line, {.bytes = 2 * wire::kMaxEventBytes});
    const auto event = message && message->is_object() && message->contains("event")
                           ? wire::event_from_value((*message)["event"])
                           : fail(ErrorCode::invalid_argument, "not a line of events tail --json");
    if (!event && message && message->is_object() && message->contains("type") && !message->contains("event")) continue;
    if (!event) return fail(event.error().with(file + ", line " + std::to_string(number)));
    if (events.size() >= kMostEvents) return fail(ErrorCode::resource_exhausted, file + " has over a million events");
    events.push_back(*event);
  }
  return events;
}

}  // namespace walle::ctl
