#include "libwalle/base/digest.h"

#include <openssl/evp.h>

#include <algorithm>

#include "libwalle/base/base64.h"

namespace walle {

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
};

Sha256::Sha256() : state_(std::make_unique<State>()) { EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr); }
Sha256::~Sha256() { EVP_MD_CTX_free(state_->context); }
void Sha256::update(std::span<const uint8_t> bytes) { EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()); }
Digest Sha256::finish() {
  Digest digest{};
  EVP_DigestFinal_ex(state_->context, digest.data(), nullptr);
  return digest;
}

Digest sha256(std::span<const uint8_t> bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

Digest sha256(std::string_view text) {
  return sha256(std::span(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
}

std::string to_hex(const Digest& digest) { return hex_encode(digest); }

Result<Digest> digest_from_hex(std::string_view text) {
  if (text.size() != 64)
    return fail(ErrorCode::invalid_argument,
                "a SHA-256 digest has 64 hexadecimal characters, not " + std::to_string(text.size()));
  const auto bytes = WALLE_TRY(hex_decode(text));
  Digest digest{};
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

}  // namespace walle
