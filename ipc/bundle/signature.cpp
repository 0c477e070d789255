#include "ipc/bundle/signature.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <memory>

#include "libwalle/base/base64.h"
#include "libwalle/base/digest.h"
#include "libwalle/base/file.h"

namespace walle::bundle {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using Memory = std::unique_ptr<BIO, decltype(&BIO_free)>;

constexpr size_t kSignatureBytes = 64;

const uint8_t* bytes_of(std::string_view text) { return reinterpret_cast<const uint8_t*>(text.data()); }

tl::unexpected<Error> crypto_failed(std::string_view what) {
  return fail(ErrorCode::internal, "OpenSSL: " + std::string(what) + " failed");
}

}  // namespace

std::string PublicKey::id() const { return to_hex(sha256(std::span<const uint8_t>(bytes))); }

bool PublicKey::verify(std::string_view message, std::span<const uint8_t> signature) const {
  if (signature.size() != kSignatureBytes) return false;
  const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes.data(), bytes.size()), EVP_PKEY_free);
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  return key && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), bytes_of(message), message.size()) == 1;
}

SigningKey::~SigningKey() { OPENSSL_cleanse(seed_.data(), seed_.size()); }

Result<SigningKey> SigningKey::generate() {
  const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free);
  if (!key) return crypto_failed("making an Ed25519 key");
  SigningKey out;
  size_t size = out.seed_.size();
  size_t public_size = out.public_.bytes.size();
  if (EVP_PKEY_get_raw_private_key(key.get(), out.seed_.data(), &size) != 1 ||
      EVP_PKEY_get_raw_public_key(key.get(), out.public_.bytes.data(), &public_size) != 1) {
    return crypto_failed("reading an Ed25519 key");
  }
  return out;
}

Result<SigningKey> SigningKey::from_pem(std::string_view pem) {
  const Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(std::min<size_t>(pem.size(), 1U << 16))), BIO_free);
  // A password callback that gives none: an encrypted key is refused instead of asked for on the terminal.
  const Key key(PEM_read_bio_PrivateKey(
                    memory.get(), nullptr, [](char*, int, int, void*) { return 0; }, nullptr),
                EVP_PKEY_free);
  if (!key || EVP_PKEY_id(key.get()) != EVP_PKEY_ED25519) {
    return fail(ErrorCode::invalid_argument, "not an unencrypted Ed25519 private key in PEM (PKCS#8)");
  }
  SigningKey out;
  size_t size = out.seed_.size();
  size_t public_size = out.public_.bytes.size();
  if (EVP_PKEY_get_raw_private_key(key.get(), out.seed_.data(), &size) != 1 ||
      EVP_PKEY_get_raw_public_key(key.get(), out.public_.bytes.data(), &public_size) != 1) {
    return crypto_failed("reading an Ed25519 key");
  }
  return out;
}

Result<SigningKey> SigningKey::load(const std::string& path) {
  auto key = from_pem(WALLE_TRY(read_text(path, 1U << 16)));
  if (!key) return fail(key.error().with(path));
  return key;
}

Result<std::string> SigningKey::to_pem() const {
  const Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed_.data(), seed_.size()), EVP_PKEY_free);
  const Memory memory(BIO_new(BIO_s_mem()), BIO_free);
  if (!key || PEM_write_bio_PrivateKey(memory.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return crypto_failed("writing a key");
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return std::string(data, static_cast<size_t>(size));
}

Status SigningKey::save(const std::string& path) const {
  return write_file_atomically(path, WALLE_TRY(to_pem()), 0600);
}

Result<std::vector<uint8_t>> SigningKey::sign(std::string_view message) const {
  const Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed_.data(), seed_.size()), EVP_PKEY_free);
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::vector<uint8_t> out(kSignatureBytes);
  size_t size = out.size();
  if (!key || !context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), out.data(), &size, bytes_of(message), message.size()) != 1) {
    return crypto_failed("signing");
  }
  return out;
}

}  // namespace walle::bundle
