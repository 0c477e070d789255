#include "cloud-broker/api/handler.h"

#include <algorithm>
#include <charconv>

namespace walle::api {
namespace {

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
      return 400;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::already_exists:
    case ErrorCode::failed_precondition:
      return 409;
    case ErrorCode::permission_denied:
      return 403;
    case ErrorCode::resource_exhausted:
      return 429;
    case ErrorCode::unavailable:
      return 503;
    case ErrorCode::deadline_exceeded:
      return 504;
    case ErrorCode::unsupported:
      return 501;
    default:
      return 500;
  }
}

}  // namespace

Result<Value> Request::json(std::span<const std::string_view> known) const {
  Value value = WALLE_TRY(parse_json(body.empty() ? "{}" : body, {.bytes = 4U << 20, .depth = 16}));
  if (!value.is_object()) return fail(ErrorCode::invalid_argument, "the body has to be a JSON object");
  for (const auto& [key, unused] : value.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    std::string text = "unknown key '" + key.substr(0, 64) + "'; known are";
    for (const std::string_view name : known) text += " " + std::string(name);
    return fail(ErrorCode::invalid_argument, std::move(text));
  }
  return value;
}

std::string Request::query_or(const std::string& key, std::string fallback) const {
  const auto it = query.find(key);
  return it == query.end() ? std::move(fallback) : it->second;
}

Result<int64_t> Request::query_int(const std::string& key, int64_t fallback, int64_t low, int64_t high) const {
  const auto it = query.find(key);
  if (it == query.end()) return fallback;
  int64_t value = 0;
  const char* end = it->second.data() + it->second.size();
  const auto parsed = std::from_chars(it->second.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end || value < low || value > high)
    return fail(ErrorCode::invalid_argument,
                key + " has to be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  return value;
}

Response json_response(const Value& value, int status) {
  return {status, "application/json", to_json(value) + "\n", "", false};
}

Response error_response(const Error& error) {
  return json_response({{"error", {{"code", name_of(error.code)}, {"message", error.message}}}}, status_of(error.code));
}

}  // namespace walle::api
