#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libwalle/base/result.h"

namespace walle::bundle {

/// An Ed25519 public key (RFC 8032), raw.
struct PublicKey {
  std::array<uint8_t, 32> bytes{};

  /// Hexadecimal SHA-256 of the raw key.
  [[nodiscard]] std::string id() const;
  /// True if `signature` (64 bytes) is this key's for `message`.
  [[nodiscard]] bool verify(std::string_view message, std::span<const uint8_t> signature) const;
  bool operator==(const PublicKey&) const = default;
};

/// An Ed25519 key pair. Copyable; the seed is wiped at the end of its life. Thread-safe once made.
class SigningKey {
 public:
  [[nodiscard]] static Result<SigningKey> generate();
  /// PKCS#8 PEM. Errors: invalid_argument if it is not an Ed25519 private key.
  [[nodiscard]] static Result<SigningKey> from_pem(std::string_view pem);
  [[nodiscard]] static Result<SigningKey> load(const std::string& path);
  SigningKey(const SigningKey&) = default;
  SigningKey& operator=(const SigningKey&) = default;
  ~SigningKey();

  [[nodiscard]] Result<std::string> to_pem() const;
  /// Atomically, mode 0600.
  [[nodiscard]] Status save(const std::string& path) const;
  [[nodiscard]] const PublicKey& public_key() const { return public_; }
  [[nodiscard]] Result<std::vector<uint8_t>> sign(std::string_view message) const;

 private:
  SigningKey() = default;
  std::array<uint8_t, 32> seed_{};
  PublicKey public_;
};

}  // namespace walle::bundle
