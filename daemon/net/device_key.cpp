#include "daemon/net/device_key.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include "libwalle/base/file.h"

namespace walle::net {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Memory = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Request = std::unique_ptr<X509_REQ, decltype(&X509_REQ_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

tl::unexpected<Error> crypto_failed(std::string_view what) {
  return fail(ErrorCode::internal, "OpenSSL: " + std::string(what) + " failed");
}

std::string text_of(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return {data, static_cast<size_t>(size)};
}

Result<Key> load_key(const std::string& path) {
  const std::string pem = WALLE_TRY(read_text(path, 1U << 16));
  const Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  Key key(PEM_read_bio_PrivateKey(
              memory.get(), nullptr, [](char*, int, int, void*) { return 0; }, nullptr),
          EVP_PKEY_free);
  if (!key) return fail(ErrorCode::invalid_argument, "'" + path + "' holds no private key in PEM");
  return key;
}

}  // namespace

Status ensure_device_key(const std::string& path) {
  if (load_key(path)) return {};
  const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), EVP_PKEY_free);
  const Memory memory(BIO_new(BIO_s_mem()), BIO_free);
  if (!key || PEM_write_bio_PKCS8PrivateKey(memory.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return crypto_failed("making a P-256 key");
  }
  return write_file_atomically(path, text_of(memory.get()), 0600);
}

Result<std::string> make_signing_request(const std::string& path, std::string_view common_name) {
  const Key key = WALLE_TRY(load_key(path));
  const Request request(X509_REQ_new(), X509_REQ_free);
  const Memory memory(BIO_new(BIO_s_mem()), BIO_free);
  X509_NAME* name = X509_REQ_get_subject_name(request.get());
  const auto* text = reinterpret_cast<const unsigned char*>(common_name.data());
  if (X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, static_cast<int>(common_name.size()), -1, 0) != 1 ||
      X509_REQ_set_pubkey(request.get(), key.get()) != 1 ||
      X509_REQ_sign(request.get(), key.get(), EVP_sha256()) == 0 ||
      PEM_write_bio_X509_REQ(memory.get(), request.get()) != 1) {
    return crypto_failed("making a signing request");
  }
  return text_of(memory.get());
}

Status check_certificate(std::string_view certificate_pem, const std::string& key_path, std::string_view device) {
  const Key key = WALLE_TRY(load_key(key_path));
  const Memory memory(BIO_new_mem_buf(certificate_pem.data(), static_cast<int>(certificate_pem.size())), BIO_free);
  const Certificate certificate(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr), X509_free);
  if (!certificate) return fail(ErrorCode::invalid_argument, "the broker sent no certificate in PEM");
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return fail(ErrorCode::invalid_argument, "the broker's certificate is for another key");
  }
  char name[128] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name, sizeof(name));
  if (device != name) {
    return fail(ErrorCode::invalid_argument,
                "the broker's certificate is for '" + std::string(name) + "', not '" + std::string(device) + "'");
  }
  return {};
}

}  // namespace walle::net
