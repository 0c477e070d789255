#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "libwalle/base/result.h"

namespace walle::bundle {

/// Largest exclusive file in the clear, and what sealing adds to it.
inline constexpr size_t kMaxExclusiveBytes = 16U << 20;
inline constexpr size_t kSealBytes = 96;

/// Exclusive files: encrypted so that only the holder of one P-256 key can read them. ECIES: an ephemeral P-256 key,
/// ECDH, HKDF-SHA256 (salt = ephemeral public key, info "walle exclusive file 1"), AES-256-GCM. The sealed form is
///   "WX1" | ephemeral public key, 65 bytes, uncompressed | nonce, 12 | ciphertext | tag, 16.
/// It hides and protects the content; who may offer it is for the director's and publisher's signatures to say.

/// For the device whose certificate this is (PEM, P-256). Errors: invalid_argument, resource_exhausted.
[[nodiscard]] Result<std::vector<uint8_t>> seal_for(std::string_view certificate_pem, std::span<const uint8_t> plain);

/// With the device's private key (PEM). Errors: data_loss if it was sealed for another key or changed.
[[nodiscard]] Result<std::vector<uint8_t>> open_sealed(std::string_view key_pem, std::span<const uint8_t> sealed);

}  // namespace walle::bundle
