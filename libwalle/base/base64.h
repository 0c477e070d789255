#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libwalle/base/result.h"

namespace walle {

/// Standard base64 (RFC 4648 section 4) with padding.
[[nodiscard]] std::string base64_encode(std::span<const uint8_t> bytes);

/// Errors: invalid_argument for characters outside the alphabet or a wrong length.
[[nodiscard]] Result<std::vector<uint8_t>> base64_decode(std::string_view text);

/// Lower-case hexadecimal, and back.
[[nodiscard]] std::string hex_encode(std::span<const uint8_t> bytes);
[[nodiscard]] Result<std::vector<uint8_t>> hex_decode(std::string_view text);

}  // namespace walle
