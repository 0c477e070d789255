#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "libwalle/base/result.h"

namespace walle {

/// A SHA-256 digest (FIPS 180-4).
using Digest = std::array<uint8_t, 32>;

[[nodiscard]] Digest sha256(std::span<const uint8_t> bytes);
[[nodiscard]] Digest sha256(std::string_view text);

/// 64 lower-case hexadecimal characters; the name of a blob.
[[nodiscard]] std::string to_hex(const Digest& digest);
/// Errors: invalid_argument unless exactly 64 lower-case hexadecimal characters.
[[nodiscard]] Result<Digest> digest_from_hex(std::string_view text);

/// Incremental SHA-256. Not thread-safe; `finish` once.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void update(std::span<const uint8_t> bytes);
  [[nodiscard]] Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace walle
