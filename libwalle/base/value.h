#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "libwalle/base/result.h"
#include "libwalle/base/value_fwd.h"

namespace walle {

/// Bounds for values from outside; what goes over them is refused before it is built.
struct ValueLimits {
  size_t bytes = 8U << 20;  ///< encoded size
  size_t depth = 64;        ///< nesting of lists and maps
};

/// Parses JSON text; {"$bytes": "..."} becomes bytes. Errors: invalid_argument with line and column, or the limit.
[[nodiscard]] Result<Value> parse_json(std::string_view text, const ValueLimits& limits = {});

/// JSON text of a value. `indent` < 0: one line. Invalid UTF-8 in strings is replaced, never an error.
[[nodiscard]] std::string to_json(const Value& value, int indent = -1);

/// CBOR of a value, and back (bounded as `limits`). Errors: data_loss for malformed input.
[[nodiscard]] std::vector<uint8_t> to_cbor(const Value& value);
[[nodiscard]] Result<Value> from_cbor(std::span<const uint8_t> bytes, const ValueLimits& limits = {});

/// Canonical JSON for signatures: keys sorted, no spaces, no floats. Errors: invalid_argument if a float or bytes
/// occur.
[[nodiscard]] Result<std::string> canonical_json(const Value& value);

/// Typed member access for maps from outside; never throws. Errors: invalid_argument that names `key` and the type.
[[nodiscard]] Result<std::string> get_string(const Value& map, std::string_view key);
[[nodiscard]] Result<int64_t> get_int(const Value& map, std::string_view key);
[[nodiscard]] Result<double> get_number(const Value& map, std::string_view key);
[[nodiscard]] Result<bool> get_bool(const Value& map, std::string_view key);
/// The member itself (list or map or any); error if absent. The pointer lives as long as `map`.
[[nodiscard]] Result<const Value*> get_member(const Value& map, std::string_view key);
[[nodiscard]] Result<const Value*> get_list(const Value& map, std::string_view key);
[[nodiscard]] Result<const Value*> get_map(const Value& map, std::string_view key);

/// The same with a default when the key is absent or null; a wrong type is still an error.
[[nodiscard]] Result<std::string> get_string_or(const Value& map, std::string_view key, std::string fallback);
[[nodiscard]] Result<int64_t> get_int_or(const Value& map, std::string_view key, int64_t fallback);
[[nodiscard]] Result<double> get_number_or(const Value& map, std::string_view key, double fallback);
[[nodiscard]] Result<bool> get_bool_or(const Value& map, std::string_view key, bool fallback);

}  // namespace walle
