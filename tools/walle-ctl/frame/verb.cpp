#include "tools/walle-ctl/frame/verb.h"

#include <charconv>

#include "libwalle/base/parse.h"

namespace walle::ctl {
namespace {
constexpr std::string_view kUsage = "usage: ";
}

bool Arguments::has(std::string_view name) const { return values_.find(name) != values_.end(); }

std::string Arguments::text(std::string_view name, std::string_view fallback) const {
  const auto found = values_.find(name);
  return found == values_.end() || found->second.empty() ? std::string(fallback) : found->second.back();
}

std::vector<std::string> Arguments::list(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

Result<int64_t> Arguments::integer(std::string_view name, int64_t fallback, int64_t low, int64_t high) const {
  if (!has(name)) return fallback;
  const std::string given = text(name);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), value);
  if (error != std::errc() || end != given.data() + given.size() || value < low || value > high)
    return usage_error(std::string(name) + " is '" + given + "', not a whole number from " + std::to_string(low) +
                       " to " + std::to_string(high));
  return value;
}

Result<int64_t> Arguments::duration_us(std::string_view name, int64_t fallback_us) const {
  if (!has(name)) return fallback_us;
  auto value = parse_duration_us(text(name));
  if (!value) return usage_error(std::string(name) + ": " + value.error().message);
  return *value;
}

tl::unexpected<Error> usage_error(std::string message) {
  return fail(ErrorCode::invalid_argument, std::string(kUsage) + std::move(message));
}

bool is_usage_error(const Error& error) { return error.message.find(kUsage) != std::string::npos; }

}  // namespace walle::ctl
