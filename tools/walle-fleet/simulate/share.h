#pragma once

#include <cstdint>
#include <string>

#include "libwalle/base/digest.h"

namespace walle::fleet {

/// In [0, 1), the same for the same text: a version that is bad on a device is so whenever it is tried.
[[nodiscard]] inline double share_of(const std::string& text) {
  const Digest hash = sha256(text);
  const uint32_t bits = (uint32_t{hash[0]} << 24U) | (uint32_t{hash[1]} << 16U) | (uint32_t{hash[2]} << 8U) | hash[3];
  return static_cast<double>(bits) / 4294967296.0;
}

}  // namespace walle::fleet
