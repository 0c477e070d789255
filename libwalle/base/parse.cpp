#include "libwalle/base/parse.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <utility>

namespace walle {
namespace {

struct Unit {
  std::string_view suffix;
  int64_t factor;
};
constexpr std::array<Unit, 6> kTimes = {
    {{"us", 1}, {"ms", 1'000}, {"s", 1'000'000}, {"m", 60'000'000}, {"h", 3'600'000'000}, {"d", 86'400'000'000}}};
constexpr std::array<Unit, 5> kSizes = {{{"", 1}, {"B", 1}, {"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}}};

template <size_t N>
Result<int64_t> scaled(std::string_view text, const std::array<Unit, N>& units, std::string_view help) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view suffix = text.substr(static_cast<size_t>(end - text.data()));
  if (error == std::errc{} && number >= 0) {
    for (const Unit& unit : units) {
      int64_t out = 0;
      if (unit.suffix == suffix && !__builtin_mul_overflow(number, unit.factor, &out)) return out;
    }
  }
  return fail(ErrorCode::invalid_argument, "'" + std::string(text) + "' is not " + std::string(help));
}

std::string format(double number, std::string_view unit) {
  char buffer[48];
  std::snprintf(buffer, sizeof buffer, number < 10 ? "%.1f %.*s" : "%.0f %.*s", number, static_cast<int>(unit.size()),
                unit.data());
  return buffer;
}

}  // namespace

Result<int64_t> parse_duration_us(std::string_view text) {
  return scaled(text, kTimes, "a duration; write a whole number and us, ms, s, m, h or d, for example 250ms");
}

Result<int64_t> parse_bytes(std::string_view text) {
  return scaled(text, kSizes, "a size; write a whole number and K, M or G, for example 256M");
}

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > 64 || text[0] < 'a' || text[0] > 'z') return false;
  for (const char c : text) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-')) return false;
  }
  return true;
}

std::string format_bytes(int64_t bytes) {
  const auto b = static_cast<double>(bytes);
  if (bytes < 1024) return std::to_string(bytes) + " B";
  if (b < 1024.0 * 1024) return format(b / 1024, "KB");
  if (b < 1024.0 * 1024 * 1024) return format(b / 1024 / 1024, "MB");
  return format(b / 1024 / 1024 / 1024, "GB");
}

std::string format_duration(int64_t us) {
  const auto t = static_cast<double>(us);
  if (us < 1000) return std::to_string(us) + " us";
  if (t < 1e6) return format(t / 1e3, "ms");
  if (t < 120e6) return format(t / 1e6, "s");
  if (t < 7200e6) return format(t / 60e6, "min");
  return format(t / 3600e6, "h");
}

}  // namespace walle
