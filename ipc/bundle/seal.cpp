#include "ipc/bundle/seal.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include <array>
#include <cstring>
#include <memory>
#include <string>

namespace walle::bundle {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;
using Memory = std::unique_ptr<BIO, decltype(&BIO_free)>;

constexpr std::string_view kMagic = "WX1";
constexpr std::string_view kInfo = "walle exclusive file 1";
constexpr size_t kPointBytes = 65;
constexpr size_t kNonceBytes = 12;
constexpr size_t kTagBytes = 16;
constexpr size_t kHeadBytes = kMagic.size() + kPointBytes + kNonceBytes;
static_assert(kHeadBytes + kTagBytes == kSealBytes);
using Secret = std::array<uint8_t, 32>;

tl::unexpected<Error> crypto_failed(std::string_view what) {
  return fail(ErrorCode::internal, "OpenSSL: " + std::string(what) + " failed");
}

tl::unexpected<Error> unreadable() {
  return fail(ErrorCode::data_loss, "an exclusive file was sealed for another device, or was changed");
}

bool is_p256(EVP_PKEY* key) {
  char name[32] = {};
  return key != nullptr && EVP_PKEY_get_group_name(key, name, sizeof(name), nullptr) == 1 &&
         (std::strcmp(name, "prime256v1") == 0 || std::strcmp(name, "P-256") == 0);
}

Result<std::vector<uint8_t>> point_of(EVP_PKEY* key) {
  std::vector<uint8_t> out(kPointBytes);
  size_t size = 0;
  if (EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, out.data(), out.size(), &size) != 1 ||
      size != kPointBytes) {
    return crypto_failed("encoding a public key");
  }
  return out;
}

/// Errors: data_loss for bytes that are no point of the curve.
Result<Key> key_of_point(std::span<const uint8_t> point) {
  Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), EVP_PKEY_free);
  Key peer(EVP_PKEY_new(), EVP_PKEY_free);
  if (!key || !peer || EVP_PKEY_copy_parameters(peer.get(), key.get()) != 1) return crypto_failed("making a key");
  if (point[0] != 4 || EVP_PKEY_set1_encoded_public_key(peer.get(), point.data(), point.size()) != 1) {
    return unreadable();
  }
  return peer;
}

Result<Secret> derive(EVP_PKEY* own, EVP_PKEY* peer, std::span<const uint8_t> point) {
  const KeyContext agree(EVP_PKEY_CTX_new(own, nullptr), EVP_PKEY_CTX_free);
  Secret shared{};
  size_t size = shared.size();
  if (EVP_PKEY_derive_init(agree.get()) != 1 || EVP_PKEY_derive_set_peer(agree.get(), peer) != 1 ||
      EVP_PKEY_derive(agree.get(), shared.data(), &size) != 1 || size != shared.size()) {
    return crypto_failed("ECDH");
  }
  const KeyContext kdf(EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nullptr), EVP_PKEY_CTX_free);
  Secret out{};
  size = out.size();
  const auto* info = reinterpret_cast<const uint8_t*>(kInfo.data());
  const bool done = EVP_PKEY_derive_init(kdf.get()) == 1 && EVP_PKEY_CTX_set_hkdf_md(kdf.get(), EVP_sha256()) == 1 &&
                    EVP_PKEY_CTX_set1_hkdf_salt(kdf.get(), point.data(), static_cast<int>(point.size())) == 1 &&
                    EVP_PKEY_CTX_set1_hkdf_key(kdf.get(), shared.data(), static_cast<int>(shared.size())) == 1 &&
                    EVP_PKEY_CTX_add1_hkdf_info(kdf.get(), info, static_cast<int>(kInfo.size())) == 1 &&
                    EVP_PKEY_derive(kdf.get(), out.data(), &size) == 1;
  OPENSSL_cleanse(shared.data(), shared.size());
  if (!done) return crypto_failed("HKDF");
  return out;
}

}  // namespace

Result<std::vector<uint8_t>> seal_for(std::string_view certificate_pem, std::span<const uint8_t> plain) {
  if (plain.size() > kMaxExclusiveBytes) return fail(ErrorCode::resource_exhausted, "an exclusive file is over 16 MiB");
  const Memory memory(BIO_new_mem_buf(certificate_pem.data(), static_cast<int>(certificate_pem.size())), BIO_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr), X509_free);
  EVP_PKEY* peer = certificate ? X509_get0_pubkey(certificate.get()) : nullptr;
  if (!is_p256(peer)) return fail(ErrorCode::invalid_argument, "not a certificate of a P-256 key in PEM");
  const Key own(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), EVP_PKEY_free);
  if (!own) return crypto_failed("making a key");
  const std::vector<uint8_t> point = WALLE_TRY(point_of(own.get()));
  Secret secret = WALLE_TRY(derive(own.get(), peer, point));
  std::vector<uint8_t> out(kMagic.begin(), kMagic.end());
  out.insert(out.end(), point.begin(), point.end());
  out.resize(kHeadBytes + plain.size() + kTagBytes);
  uint8_t* nonce = out.data() + kMagic.size() + kPointBytes;
  uint8_t* body = out.data() + kHeadBytes;
  const Cipher cipher(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  int size = 0;
  const bool done = RAND_bytes(nonce, kNonceBytes) == 1 &&
                    EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, secret.data(), nonce) == 1 &&
                    EVP_EncryptUpdate(cipher.get(), body, &size, plain.data(), static_cast<int>(plain.size())) == 1 &&
                    EVP_EncryptFinal_ex(cipher.get(), body + size, &size) == 1 &&
                    EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, body + plain.size()) == 1;
  OPENSSL_cleanse(secret.data(), secret.size());
  if (!done) return crypto_failed("AES-GCM");
  return out;
}

Result<std::vector<uint8_t>> open_sealed(std::string_view key_pem, std::span<const uint8_t> sealed) {
  if (sealed.size() < kSealBytes || sealed.size() > kMaxExclusiveBytes + kSealBytes ||
      std::memcmp(sealed.data(), kMagic.data(), kMagic.size()) != 0) {
    return unreadable();
  }
  const Memory memory(BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size())), BIO_free);
  const Key own(PEM_read_bio_PrivateKey(
                    memory.get(), nullptr, [](char*, int, int, void*) { return 0; }, nullptr),
                EVP_PKEY_free);
  if (!is_p256(own.get())) return fail(ErrorCode::invalid_argument, "not a P-256 private key in PEM");
  const auto point = sealed.subspan(kMagic.size(), kPointBytes);
  const Key peer = WALLE_TRY(key_of_point(point));
  Secret secret = WALLE_TRY(derive(own.get(), peer.get(), point));
  const auto nonce = sealed.subspan(kMagic.size() + kPointBytes, kNonceBytes);
  const auto body = sealed.subspan(kHeadBytes, sealed.size() - kHeadBytes - kTagBytes);
  std::array<uint8_t, kTagBytes> tag{};
  std::memcpy(tag.data(), sealed.data() + sealed.size() - kTagBytes, kTagBytes);
  std::vector<uint8_t> out(body.size());
  const Cipher cipher(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  int size = 0;
  const bool done =
      EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, secret.data(), nonce.data()) == 1 &&
      EVP_DecryptUpdate(cipher.get(), out.data(), &size, body.data(), static_cast<int>(body.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(cipher.get(), out.data() + size, &size) == 1;
  OPENSSL_cleanse(secret.data(), secret.size());
  if (!done) return unreadable();
  return out;
}

}  // namespace walle::bundle
