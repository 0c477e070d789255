#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libwalle/base/result.h"

namespace walle {

/// "5s", "250ms", "10m", "2h", "7d", "100us" → microseconds ≥ 0. Errors: invalid_argument naming the units.
[[nodiscard]] Result<int64_t> parse_duration_us(std::string_view text);

/// "256M", "16K", "1G", "4096" → bytes (powers of 1024). Errors: invalid_argument naming the units.
[[nodiscard]] Result<int64_t> parse_bytes(std::string_view text);

/// `[a-z][a-z0-9_-]{0,63}`: names of tasks, scenarios, events, pages, tables, features.
[[nodiscard]] bool is_name(std::string_view text);

/// Short forms for people: "1.5 MB", "3.2 ms".
[[nodiscard]] std::string format_bytes(int64_t bytes);
[[nodiscard]] std::string format_duration(int64_t us);

}  // namespace walle
