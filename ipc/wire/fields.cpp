#include "ipc/wire/fields.h"

namespace walle::wire::fields {
namespace {

tl::unexpected<Error> over(std::string_view key, size_t limit) {
  return fail(ErrorCode::resource_exhausted,
              "'" + std::string(key) + "' is over its limit of " + std::to_string(limit));
}

}  // namespace

Result<std::string> text(const Value& map, std::string_view key, size_t limit) {
  auto value = WALLE_TRY(get_string(map, key));
  if (value.size() > limit) return over(key, limit);
  return value;
}

Result<std::string> text_or(const Value& map, std::string_view key, size_t limit, std::string fallback) {
  auto value = WALLE_TRY(get_string_or(map, key, std::move(fallback)));
  if (value.size() > limit) return over(key, limit);
  return value;
}

Result<int64_t> count_or(const Value& map, std::string_view key, int64_t fallback) {
  const int64_t value = WALLE_TRY(get_int_or(map, key, fallback));
  if (value < 0) return fail(ErrorCode::invalid_argument, "'" + std::string(key) + "' must not be negative");
  return value;
}

Result<uint64_t> sequence_or(const Value& map, std::string_view key, uint64_t fallback) {
  return static_cast<uint64_t>(WALLE_TRY(count_or(map, key, static_cast<int64_t>(fallback))));
}

Result<const Value*> list(const Value& map, std::string_view key, size_t most) {
  const auto it = map.find(std::string(key));
  if (it == map.end() || it->is_null()) return nullptr;
  if (!it->is_array()) return fail(ErrorCode::invalid_argument, "'" + std::string(key) + "' must be a list");
  if (it->size() > most) return over(key, most);
  return &*it;
}

Result<std::vector<std::string>> texts(const Value& map, std::string_view key, size_t most, size_t limit) {
  std::vector<std::string> out;
  const Value* items = WALLE_TRY(list(map, key, most));
  if (items == nullptr) return out;
  for (const Value& item : *items) {
    if (!item.is_string()) {
      return fail(ErrorCode::invalid_argument, "'" + std::string(key) + "' must hold strings");
    }
    out.push_back(item.get<std::string>());
    if (out.back().size() > limit) return over(key, limit);
  }
  return out;
}

Result<std::map<std::string, std::string>> text_map(const Value& map, std::string_view key, size_t most) {
  std::map<std::string, std::string> out;
  const Value members = WALLE_TRY(scalars(map, key, most));
  for (const auto& [name, value] : members.items()) {
    if (!value.is_string()) {
      return fail(ErrorCode::invalid_argument, "'" + std::string(key) + "." + name + "' must be a string");
    }
    out[name] = value.get<std::string>();
  }
  return out;
}

Result<Digest> digest(const Value& map, std::string_view key) {
  auto parsed = digest_from_hex(WALLE_TRY(get_string(map, key)));
  if (!parsed) return fail(parsed.error().with(key));
  return parsed;
}

Result<Value> scalars(const Value& map, std::string_view key, size_t most) {
  const auto it = map.find(std::string(key));
  if (it == map.end() || it->is_null()) return Value::object();
  if (!it->is_object()) return fail(ErrorCode::invalid_argument, "'" + std::string(key) + "' must be a map");
  if (it->size() > most) return over(key, most);
  for (const auto& [name, value] : it->items()) {
    if (name.empty() || name.size() > 64) return over(std::string(key) + "." + name.substr(0, 64), 64);
    if (value.is_structured() || value.is_binary() || value.is_null()) {
      return fail(ErrorCode::invalid_argument, "'" + std::string(key) + "." + name + "' must be a plain value");
    }
    if (value.is_string() && value.get_ref<const std::string&>().size() > 256) {
      return over(std::string(key) + "." + name, 256);
    }
  }
  return *it;
}

Status format(const Value& map, int64_t newest) {
  if (!map.is_object()) return fail(ErrorCode::invalid_argument, "the message must be a map");
  const int64_t got = WALLE_TRY(get_int_or(map, "format", 1));
  if (got < 1 || got > newest) {
    return fail(ErrorCode::unsupported, "message format " + std::to_string(got) + ", this build knows 1 to " +
                                            std::to_string(newest) + ": upgrade the older side");
  }
  return {};
}

}  // namespace walle::wire::fields
