#include "libwalle/base/value.h"

#include "libwalle/base/base64.h"

namespace walle {
namespace {

constexpr std::string_view kBytesKey = "$bytes";

/// Nesting of JSON text, found without recursion, so hostile depth is refused before it is parsed.
size_t json_depth(std::string_view text) {
  size_t depth = 0;
  size_t deepest = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      deepest = std::max(deepest, ++depth);
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return deepest;
}

Status bytes_from_json(Value& value) {
  if (value.is_object() && value.size() == 1 && value.begin().key() == kBytesKey) {
    const Value& text = value.begin().value();
    if (!text.is_string()) return fail(ErrorCode::invalid_argument, "\"$bytes\" must be a base64 string");
    auto bytes = base64_decode(text.get_ref<const std::string&>());
    if (!bytes) return fail(bytes.error().with("\"$bytes\""));
    value = Value::binary(std::move(*bytes));
    return {};
  }
  if (value.is_structured()) {
    for (auto& member : value) WALLE_TRY(bytes_from_json(member));
  }
  return {};
}

Value bytes_to_json(const Value& value) {
  if (value.is_binary()) return Value{{kBytesKey, base64_encode(value.get_binary())}};
  if (!value.is_structured()) return value;
  Value out = value.is_array() ? Value::array() : Value::object();
  for (const auto& [key, member] : value.items()) {
    if (value.is_array()) {
      out.push_back(bytes_to_json(member));
    } else {
      out[key] = bytes_to_json(member);
    }
  }
  return out;
}

/// SAX handler that builds nothing: it only measures depth, so from_cbor never recurses past the limit.
struct CborDepth : nlohmann::json_sax<Value> {
  size_t depth = 0;
  size_t limit;
  explicit CborDepth(size_t limit) : limit(limit) {}
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(int64_t) override { return true; }
  bool number_unsigned(uint64_t) override { return true; }
  bool number_float(double, const std::string&) override { return true; }
  bool string(std::string&) override { return true; }
  bool binary(Value::binary_t&) override { return true; }
  bool key(std::string&) override { return true; }
  bool start_object(size_t) override { return ++depth <= limit; }
  bool start_array(size_t) override { return ++depth <= limit; }
  bool end_object() override { return --depth, true; }
  bool end_array() override { return --depth, true; }
  bool parse_error(size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }
};

tl::unexpected<Error> wrong_type(std::string_view key, std::string_view want, const Value& got) {
  return fail(ErrorCode::invalid_argument,
              "'" + std::string(key) + "' must be " + std::string(want) + ", not " + std::string(got.type_name()));
}

const Value* find(const Value& map, std::string_view key) {
  if (!map.is_object()) return nullptr;
  const auto it = map.find(std::string(key));
  return it == map.end() || it->is_null() ? nullptr : &*it;
}

}  // namespace

Result<Value> parse_json(std::string_view text, const ValueLimits& limits) {
  if (text.size() > limits.bytes) {
    return fail(ErrorCode::resource_exhausted, "JSON of " + std::to_string(text.size()) +
                                                   " bytes is over the limit of " + std::to_string(limits.bytes));
  }
  if (json_depth(text) > limits.depth) {
    return fail(ErrorCode::invalid_argument, "JSON is nested deeper than " + std::to_string(limits.depth));
  }
  try {
    Value value = Value::parse(text);
    WALLE_TRY(bytes_from_json(value));
    return value;
  } catch (const nlohmann::json::exception& e) {
    const std::string_view what = e.what();
    return fail(ErrorCode::invalid_argument, "not valid JSON: " + std::string(what.substr(what.find("] ") + 2)));
  }
}

std::string to_json(const Value& value, int indent) {
  return bytes_to_json(value).dump(indent, ' ', false, Value::error_handler_t::replace);
}

std::vector<uint8_t> to_cbor(const Value& value) { return Value::to_cbor(value); }

Result<Value> from_cbor(std::span<const uint8_t> bytes, const ValueLimits& limits) {
  if (bytes.size() > limits.bytes)
    return fail(ErrorCode::resource_exhausted, "message of " + std::to_string(bytes.size()) +
                                                   " bytes is over the limit of " + std::to_string(limits.bytes));
  CborDepth guard(limits.depth);
  if (!Value::sax_parse(bytes.begin(), bytes.end(), &guard, Value::input_format_t::cbor)) {
    return fail(ErrorCode::data_loss, "malformed CBOR, or nested deeper than " + std::to_string(limits.depth));
  }
  Value value = Value::from_cbor(bytes.begin(), bytes.end(), true, false);
  if (value.is_discarded()) return fail(ErrorCode::data_loss, "malformed CBOR");
  return value;
}

Result<std::string> canonical_json(const Value& value) {
  if (value.is_number_float()) return fail(ErrorCode::invalid_argument, "signed JSON may not hold floats");
  if (value.is_binary()) return fail(ErrorCode::invalid_argument, "signed JSON may not hold raw bytes");
  if (!value.is_structured()) return value.dump(-1, ' ', true, Value::error_handler_t::replace);
  std::string out = value.is_array() ? "[" : "{";
  bool first = true;
  for (const auto& [key, member] : value.items()) {
    if (!first) out += ',';
    first = false;
    if (value.is_object()) out += Value(key).dump(-1, ' ', true, Value::error_handler_t::replace) + ":";
    out += WALLE_TRY(canonical_json(member));
  }
  return out + (value.is_array() ? "]" : "}");
}

Result<const Value*> get_member(const Value& map, std::string_view key) {
  if (!map.is_object()) return fail(ErrorCode::invalid_argument, "expected a map with '" + std::string(key) + "'");
  const Value* member = find(map, key);
  if (member == nullptr) return fail(ErrorCode::invalid_argument, "'" + std::string(key) + "' is missing");
  return member;
}

Result<const Value*> get_list(const Value& map, std::string_view key) {
  const Value* member = WALLE_TRY(get_member(map, key));
  if (!member->is_array()) return wrong_type(key, "a list", *member);
  return member;
}

Result<const Value*> get_map(const Value& map, std::string_view key) {
  const Value* member = WALLE_TRY(get_member(map, key));
  if (!member->is_object()) return wrong_type(key, "a map", *member);
  return member;
}

Result<std::string> get_string(const Value& map, std::string_view key) {
  const Value* member = WALLE_TRY(get_member(map, key));
  if (!member->is_string()) return wrong_type(key, "a string", *member);
  return member->get<std::string>();
}

Result<int64_t> get_int(const Value& map, std::string_view key) {
  const Value* member = WALLE_TRY(get_member(map, key));
  if (!member->is_number_integer()) return wrong_type(key, "an integer", *member);
  if (member->is_number_unsigned() && member->get<uint64_t>() > static_cast<uint64_t>(INT64_MAX)) {
    return fail(ErrorCode::invalid_argument, "'" + std::string(key) + "' does not fit 64 signed bits");
  }
  return member->get<int64_t>();
}

Result<double> get_number(const Value& map, std::string_view key) {
  const Value* member = WALLE_TRY(get_member(map, key));
  if (!member->is_number()) return wrong_type(key, "a number", *member);
  return member->get<double>();
}

Result<bool> get_bool(const Value& map, std::string_view key) {
  const Value* member = WALLE_TRY(get_member(map, key));
  if (!member->is_boolean()) return wrong_type(key, "true or false", *member);
  return member->get<bool>();
}

Result<std::string> get_string_or(const Value& map, std::string_view key, std::string fallback) {
  return find(map, key) == nullptr ? Result<std::string>(std::move(fallback)) : get_string(map, key);
}
Result<int64_t> get_int_or(const Value& map, std::string_view key, int64_t fallback) {
  return find(map, key) == nullptr ? Result<int64_t>(fallback) : get_int(map, key);
}
Result<double> get_number_or(const Value& map, std::string_view key, double fallback) {
  return find(map, key) == nullptr ? Result<double>(fallback) : get_number(map, key);
}
Result<bool> get_bool_or(const Value& map, std::string_view key, bool fallback) {
  return find(map, key) == nullptr ? Result<bool>(fallback) : get_bool(map, key);
}

}  // namespace walle
