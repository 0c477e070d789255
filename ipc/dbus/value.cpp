#include "ipc/dbus/value.h"

#include <systemd/sd-bus.h>

#include <cstring>
#include <limits>

namespace walle::dbus {
namespace {

Status check(int code, std::string_view what) {
  if (code >= 0) return {};
  return fail(ErrorCode::internal, std::string(what) + ": " + std::strerror(-code));
}

Status too_deep() { return fail(ErrorCode::invalid_argument, "the value is nested deeper than 24 levels"); }

/// Length of the valid UTF-8 sequence at `text`, or 0.
size_t sequence_length(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto follows = [&](size_t i) { return i < text.size() && (byte(i) & 0xc0) == 0x80; };
  const unsigned first = byte(0);
  if (first == 0) return 0;
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first < 0xf0) {
    if (!follows(1) || !follows(2)) return 0;
    if (first == 0xe0 && byte(1) < 0xa0) return 0;
    return first == 0xed && byte(1) >= 0xa0 ? 0 : 3;
  }
  if (first < 0xf0 || first > 0xf4 || !follows(1) || !follows(2) || !follows(3)) return 0;
  if (first == 0xf0 && byte(1) < 0x90) return 0;
  return first == 0xf4 && byte(1) >= 0x90 ? 0 : 4;
}

Status append_typed(sd_bus_message* message, char type, const void* value) {
  const char contents[] = {type, '\0'};
  WALLE_TRY(check(sd_bus_message_open_container(message, 'v', contents), "open variant"));
  WALLE_TRY(check(sd_bus_message_append_basic(message, type, value), "append"));
  return check(sd_bus_message_close_container(message), "close variant");
}

Status append_bytes(sd_bus_message* message, const Value::binary_t& bytes) {
  WALLE_TRY(check(sd_bus_message_open_container(message, 'v', "ay"), "open variant"));
  WALLE_TRY(check(sd_bus_message_append_array(message, 'y', bytes.data(), bytes.size()), "append bytes"));
  return check(sd_bus_message_close_container(message), "close variant");
}

Status append_list(sd_bus_message* message, const Value& list, int depth) {
  WALLE_TRY(check(sd_bus_message_open_container(message, 'v', "av"), "open variant"));
  WALLE_TRY(check(sd_bus_message_open_container(message, 'a', "v"), "open array"));
  for (const Value& item : list) WALLE_TRY(append_variant(message, item, depth + 1));
  WALLE_TRY(check(sd_bus_message_close_container(message), "close array"));
  return check(sd_bus_message_close_container(message), "close variant");
}

Status append_number(sd_bus_message* message, const Value& value) {
  if (value.is_number_float()) {
    const auto number = value.get<double>();
    return append_typed(message, 'd', &number);
  }
  if (value.is_number_unsigned() &&
      value.get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    const auto number = value.get<uint64_t>();
    return append_typed(message, 't', &number);
  }
  const auto number = value.get<int64_t>();
  return append_typed(message, 'x', &number);
}

Result<Value> read_any(sd_bus_message* message, int depth);

/// A basic value of `type`, widened.
Result<Value> read_basic(sd_bus_message* message, char type) {
  if (type == 'h') return fail(ErrorCode::invalid_argument, "a descriptor cannot be inside a value");
  union {
    uint8_t y;
    int b;
    int16_t n;
    uint16_t q;
    int32_t i;
    uint32_t u;
    int64_t x;
    uint64_t t;
    double d;
    const char* s;
  } raw{};
  WALLE_TRY(check(sd_bus_message_read_basic(message, type, &raw), "read"));
  switch (type) {
    case 'y':
      return Value(raw.y);
    case 'b':
      return Value(raw.b != 0);
    case 'n':
      return Value(raw.n);
    case 'q':
      return Value(raw.q);
    case 'i':
      return Value(raw.i);
    case 'u':
      return Value(raw.u);
    case 'x':
      return Value(raw.x);
    case 't':
      return Value(raw.t);
    case 'd':
      return Value(raw.d);
    case 'g':
      return *raw.s == '\0' ? Value() : Value(std::string(raw.s));
    default:
      return Value(std::string(raw.s));
  }
}

Result<Value> read_array(sd_bus_message* message, const char* contents, int depth) {
  if (std::strcmp(contents, "y") == 0) {
    const void* data = nullptr;
    size_t size = 0;
    WALLE_TRY(check(sd_bus_message_read_array(message, 'y', &data, &size), "read bytes"));
    const auto* bytes = static_cast<const uint8_t*>(data);
    return Value::binary(std::vector<uint8_t>(bytes, bytes + size));
  }
  if (*contents == '{') return read_map(message, depth);
  Value list = Value::array();
  WALLE_TRY(check(sd_bus_message_enter_container(message, 'a', contents), "enter array"));
  while (sd_bus_message_at_end(message, 0) == 0) list.push_back(WALLE_TRY(read_any(message, depth + 1)));
  WALLE_TRY(check(sd_bus_message_exit_container(message), "leave array"));
  return list;
}

Result<Value> read_struct(sd_bus_message* message, const char* contents, int depth) {
  Value list = Value::array();
  WALLE_TRY(check(sd_bus_message_enter_container(message, 'r', contents), "enter struct"));
  while (sd_bus_message_at_end(message, 0) == 0) list.push_back(WALLE_TRY(read_any(message, depth + 1)));
  WALLE_TRY(check(sd_bus_message_exit_container(message), "leave struct"));
  return list;
}

Result<Value> read_any(sd_bus_message* message, int depth) {
  if (depth > kMaxDepth) WALLE_TRY(too_deep());
  char type = 0;
  const char* contents = nullptr;
  const int found = sd_bus_message_peek_type(message, &type, &contents);
  if (found <= 0) return fail(ErrorCode::invalid_argument, "a value is missing");
  if (type == 'v') return read_variant(message, depth);
  if (type == 'a') return read_array(message, contents, depth);
  if (type == 'r') return read_struct(message, contents, depth);
  return read_basic(message, type);
}

}  // namespace

std::string clean_text(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const size_t length = sequence_length(text);
    if (length == 0) {
      clean += "\xef\xbf\xbd";
      text.remove_prefix(1);
    } else {
      clean += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return clean;
}

Status append_variant(sd_bus_message* message, const Value& value, int depth) {
  if (depth > kMaxDepth) return too_deep();
  if (value.is_null()) return append_typed(message, 'g', "");
  if (value.is_boolean()) {
    const int flag = value.get<bool>() ? 1 : 0;
    return append_typed(message, 'b', &flag);
  }
  if (value.is_number()) return append_number(message, value);
  if (value.is_string()) return append_typed(message, 's', clean_text(value.get_ref<const std::string&>()).c_str());
  if (value.is_binary()) return append_bytes(message, value.get_binary());
  if (value.is_array()) return append_list(message, value, depth);
  if (!value.is_object()) return fail(ErrorCode::internal, "a discarded value cannot be sent");
  WALLE_TRY(check(sd_bus_message_open_container(message, 'v', "a{sv}"), "open variant"));
  WALLE_TRY(append_map(message, value, depth + 1));
  return check(sd_bus_message_close_container(message), "close variant");
}

Status append_map(sd_bus_message* message, const Value& map, int depth) {
  if (!map.is_object()) return fail(ErrorCode::invalid_argument, "a map is expected here");
  WALLE_TRY(check(sd_bus_message_open_container(message, 'a', "{sv}"), "open map"));
  for (const auto& [key, value] : map.items()) {
    WALLE_TRY(check(sd_bus_message_open_container(message, 'e', "sv"), "open entry"));
    WALLE_TRY(check(sd_bus_message_append_basic(message, 's', clean_text(key).c_str()), "append key"));
    WALLE_TRY(append_variant(message, value, depth));
    WALLE_TRY(check(sd_bus_message_close_container(message), "close entry"));
  }
  return check(sd_bus_message_close_container(message), "close map");
}

Result<Value> read_variant(sd_bus_message* message, int depth) {
  if (depth > kMaxDepth) WALLE_TRY(too_deep());
  char type = 0;
  const char* contents = nullptr;
  if (sd_bus_message_peek_type(message, &type, &contents) <= 0 || type != 'v')
    return fail(ErrorCode::invalid_argument, "a variant is expected here");
  WALLE_TRY(check(sd_bus_message_enter_container(message, 'v', contents), "enter variant"));
  Value value = WALLE_TRY(read_any(message, depth + 1));
  WALLE_TRY(check(sd_bus_message_exit_container(message), "leave variant"));
  return value;
}

Result<Value> read_map(sd_bus_message* message, int depth) {
  if (depth > kMaxDepth) WALLE_TRY(too_deep());
  char type = 0;
  const char* contents = nullptr;
  if (sd_bus_message_peek_type(message, &type, &contents) <= 0 || type != 'a' ||
      (std::strncmp(contents, "{s", 2) != 0 && std::strncmp(contents, "{o", 2) != 0))
    return fail(ErrorCode::invalid_argument, "a map with text keys (a{sv}) is expected here");
  const std::string entry(contents + 1, std::strlen(contents) - 2);
  const std::string array(contents);
  Value map = Value::object();
  WALLE_TRY(check(sd_bus_message_enter_container(message, 'a', array.c_str()), "enter map"));
  while (sd_bus_message_enter_container(message, 'e', entry.c_str()) > 0) {
    const char* key = nullptr;
    WALLE_TRY(check(sd_bus_message_read_basic(message, entry[0], &key), "read key"));
    std::string name = key;
    map[std::move(name)] = WALLE_TRY(read_any(message, depth + 1));
    WALLE_TRY(check(sd_bus_message_exit_container(message), "leave entry"));
  }
  WALLE_TRY(check(sd_bus_message_exit_container(message), "leave map"));
  return map;
}

}  // namespace walle::dbus
