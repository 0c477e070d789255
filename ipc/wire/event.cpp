#include "ipc/wire/event.h"

#include <cstdlib>
#include <memory>

#include "libwalle/base/file.h"
#include "libwalle/base/parse.h"

namespace walle::wire {
namespace {

constexpr std::string_view kFileKey = "$file";
constexpr std::string_view kNameRule = " must match [a-z][a-z0-9_-]{0,63}";
constexpr size_t kMaxEventFileBytes = 256U << 20;
constexpr size_t kMaxEventDepth = 64;

/// Bytes that a value takes, about; stops counting past `limit`.
size_t weight(const Value& value, size_t limit) {
  size_t sum = 16;
  if (value.is_string()) sum += value.get_ref<const std::string&>().size();
  if (value.is_binary()) sum += value.get_binary().size();
  if (!value.is_structured()) return sum;
  for (const auto& [key, member] : value.items()) {
    sum += (value.is_object() ? key.size() : 0) + weight(member, limit);
    if (sum > limit) break;
  }
  return sum;
}

Status check_keys(const Value& value) {
  for (const auto& [key, member] : value.items()) {
    if (key == "id" || key == "page" || key == "time_us" || key == "contents") continue;
    return fail(ErrorCode::invalid_argument,
                "an event has no key '" + key + "'; it has \"id\", \"page\", \"time_us\", \"contents\"");
  }
  return {};
}

/// The file's real path if it lies in `folder`, following links.
Result<std::string> path_inside(const std::string& folder, const std::string& name) {
  struct Free {
    void operator()(char* text) const { ::free(text); }
  };
  const std::unique_ptr<char, Free> root(::realpath(folder.empty() ? "." : folder.c_str(), nullptr));
  if (!root) return fail(system_error("cannot read folder", folder));
  const std::string path = std::string(root.get()) + "/" + name;
  const std::unique_ptr<char, Free> real(::realpath(path.c_str(), nullptr));
  if (!real) return fail(system_error("cannot read \"$file\"", path));
  const std::string prefix = std::string(root.get()) == "/" ? "/" : std::string(root.get()) + "/";
  if (!std::string_view(real.get()).starts_with(prefix)) {
    return fail(ErrorCode::permission_denied,
                "\"$file\": '" + name + "' lies outside of the event file's folder; put the file beside it");
  }
  return std::string(real.get());
}

Status files_to_bytes(Value& value, const std::string& folder) {
  if (value.is_object() && value.size() == 1 && value.begin().key() == kFileKey) {
    if (!value.begin().value().is_string()) return fail(ErrorCode::invalid_argument, "\"$file\" must be a file name");
    const auto name = value.begin().value().get<std::string>();
    if (name.empty() || name.front() == '/' || name.find('\0') != std::string::npos) {
      return fail(ErrorCode::invalid_argument,
                  "\"$file\" must be a name relative to the event file, not '" + name + "'");
    }
    const std::string path = WALLE_TRY(path_inside(folder, name));
    value = Value::binary(WALLE_TRY(read_file(path, kMaxEventBytes)));
    return {};
  }
  if (!value.is_structured()) return {};
  for (auto& member : value) WALLE_TRY(files_to_bytes(member, folder));
  return {};
}

}  // namespace

Result<Event> event_from_value(const Value& value) {
  if (!value.is_object()) {
    return fail(
        ErrorCode::invalid_argument,
        "an event must be a map {\"id\", \"page\", \"time_us\", \"contents\"}, not " + std::string(value.type_name()));
  }
  WALLE_TRY(check_keys(value));
  Event event;
  event.id = WALLE_TRY(get_string(value, "id"));
  if (!is_name(event.id))
    return fail(ErrorCode::invalid_argument, "event id '" + event.id.substr(0, 80) + "'" + std::string(kNameRule));
  event.page = WALLE_TRY(get_string_or(value, "page", ""));
  if (!event.page.empty() && !is_name(event.page)) {
    return fail(ErrorCode::invalid_argument, "event page '" + event.page.substr(0, 80) + "'" + std::string(kNameRule));
  }
  event.time_us = WALLE_TRY(get_int_or(value, "time_us", 0));
  const auto contents = value.find("contents");
  if (contents != value.end() && !contents->is_null()) {
    if (!contents->is_object()) {
      return fail(ErrorCode::invalid_argument, "'contents' must be a map, not " + std::string(contents->type_name()));
    }
    if (weight(*contents, kMaxEventBytes) > kMaxEventBytes) {
      return fail(ErrorCode::resource_exhausted,
                  "event '" + event.id + "' is over the limit of " + format_bytes(kMaxEventBytes));
    }
    event.contents = *contents;
  }
  return event;
}

Value to_value(const Event& event) {
  Value value{{"id", event.id}, {"time_us", event.time_us}, {"contents", event.contents}};
  if (!event.page.empty()) value["page"] = event.page;
  return value;
}

Result<std::vector<Event>> events_from_json(std::string_view text, const std::string& folder) {
  Value value = WALLE_TRY(parse_json(text, {.bytes = kMaxEventFileBytes, .depth = kMaxEventDepth}));
  // A case of a task: {"events": [...], "expect": ...}; the events alone count here.
  if (value.is_object() && value.contains("events") && !value.contains("id")) {
    Value list = std::move(value["events"]);
    value = list.is_array() ? std::move(list) : Value::array({std::move(list)});
  }
  WALLE_TRY(files_to_bytes(value, folder));
  std::vector<Event> events;
  if (!value.is_array()) {
    events.push_back(WALLE_TRY(event_from_value(value)));
    return events;
  }
  events.reserve(value.size());
  for (const Value& entry : value) {
    auto event = event_from_value(entry);
    if (!event) return fail(event.error().with("event " + std::to_string(events.size() + 1) + " of the list"));
    events.push_back(std::move(*event));
  }
  return events;
}

}  // namespace walle::wire
