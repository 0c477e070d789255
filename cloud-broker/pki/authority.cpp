#include "cloud-broker/pki/authority.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <filesystem>
#include <memory>

#include "libwalle/base/base64.h"
#include "libwalle/base/digest.h"
#include "libwalle/base/file.h"

namespace walle::pki {
namespace {

template <class T, void (*Free)(T*)>
struct Deleter {
  void operator()(T* object) const { Free(object); }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509, X509_free>>;
using Csr = std::unique_ptr<X509_REQ, Deleter<X509_REQ, X509_REQ_free>>;
struct BioDeleter {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};
using Bio = std::unique_ptr<BIO, BioDeleter>;

constexpr long kDay = 24L * 3600;

tl::unexpected<Error> openssl_error(std::string_view what) {
  std::array<char, 200> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  return fail(ErrorCode::internal, "cannot " + std::string(what) + ": " + text.data());
}

Bio reader(std::string_view text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

std::string contents(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<size_t>(size));
}

std::string pem_of(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate);
  return contents(bio.get());
}

std::string pem_of(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return contents(bio.get());
}

Result<Certificate> certificate_from(std::string_view pem) {
  Certificate certificate(PEM_read_bio_X509(reader(pem).get(), nullptr, nullptr, nullptr));
  if (!certificate) return fail(ErrorCode::invalid_argument, "this is not a PEM certificate");
  return certificate;
}

Result<Key> key_from(std::string_view pem) {
  Key key(PEM_read_bio_PrivateKey(reader(pem).get(), nullptr, nullptr, nullptr));
  if (!key) return fail(ErrorCode::invalid_argument, "this is not a PEM private key");
  return key;
}

void add_name(X509_NAME* name, const std::string& common_name) {
  X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("Walle"), -1, -1, 0);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(common_name.c_str()), -1,
                             -1, 0);
}

bool add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  if (extension == nullptr) return false;
  const int added = X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  return added == 1;
}

/// An unsigned certificate with a random serial number, valid from a day ago: devices' clocks are wrong sometimes.
Certificate make_certificate(const std::string& common_name, EVP_PKEY* key, long days) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  std::array<unsigned char, 16> serial{};
  RAND_bytes(serial.data(), static_cast<int>(serial.size()));
  serial[0] = static_cast<unsigned char>(serial[0] & 0x7F);
  BIGNUM* number = BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate.get()));
  BN_free(number);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kDay);
  X509_time_adj_ex(X509_getm_notAfter(certificate.get()), static_cast<int>(days), 0, nullptr);
  add_name(X509_get_subject_name(certificate.get()), common_name);
  X509_set_pubkey(certificate.get(), key);
  return certificate;
}

struct Purpose {
  long days;
  std::string extended;  ///< "serverAuth", "clientAuth"
  std::string names;     ///< subjectAltName, or empty
};

Result<std::string> certify(std::string_view ca_pem, std::string_view ca_key_pem, const std::string& common_name,
                            EVP_PKEY* key, const Purpose& purpose) {
  const Certificate issuer = WALLE_TRY(certificate_from(ca_pem));
  const Key issuer_key = WALLE_TRY(key_from(ca_key_pem));
  const Certificate certificate = make_certificate(common_name, key, purpose.days);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get()));
  bool ok = add_extension(certificate.get(), issuer.get(), NID_basic_constraints, "critical,CA:FALSE") &&
            add_extension(certificate.get(), issuer.get(), NID_key_usage, "critical,digitalSignature") &&
            add_extension(certificate.get(), issuer.get(), NID_ext_key_usage, purpose.extended) &&
            add_extension(certificate.get(), issuer.get(), NID_authority_key_identifier, "keyid");
  if (ok && !purpose.names.empty())
    ok = add_extension(certificate.get(), issuer.get(), NID_subject_alt_name, purpose.names);
  if (!ok || X509_sign(certificate.get(), issuer_key.get(), EVP_sha256()) == 0)
    return openssl_error("sign a certificate");
  return pem_of(certificate.get());
}

Result<Identity> make_authority() {
  const Key key(EVP_EC_gen("P-256"));
  if (!key) return openssl_error("make a key");
  const Certificate certificate = make_certificate("Walle device authority", key.get(), 20 * 365);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  if (!add_extension(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !add_extension(certificate.get(), certificate.get(), NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !add_extension(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash") ||
      X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0)
    return openssl_error("make the authority's certificate");
  return Identity{pem_of(certificate.get()), pem_of(key.get())};
}

bool is_ip(const std::string& name) {
  ASN1_OCTET_STRING* address = a2i_IPADDRESS(name.c_str());
  if (address == nullptr) return false;
  ASN1_OCTET_STRING_free(address);
  return true;
}

}  // namespace

Result<Authority> Authority::open(const std::string& folder) {
  Authority authority;
  const std::string certificate_path = folder + "/ca.crt";
  const std::string key_path = folder + "/ca.key";
  // The certificate is written last: with it, the key is there, too.
  if (!std::filesystem::exists(certificate_path)) {
    const Identity made = WALLE_TRY(make_authority());
    WALLE_TRY(write_file_atomically(key_path, made.key_pem, 0600));
    WALLE_TRY(write_file_atomically(certificate_path, made.certificate_pem, 0644));
  }
  authority.certificate_pem_ = WALLE_TRY(read_text(certificate_path));
  authority.key_pem_ = WALLE_TRY(read_text(key_path));
  const auto certificate = certificate_from(authority.certificate_pem_);
  if (!certificate) return fail(certificate.error().with(certificate_path));
  const auto key = key_from(authority.key_pem_);
  if (!key) return fail(key.error().with(key_path));
  if (X509_check_private_key(certificate->get(), key->get()) != 1)
    return fail(ErrorCode::data_loss, key_path + " does not belong to " + certificate_path);
  return authority;
}

Result<Identity> Authority::issue_server(const std::string& common_name, const std::vector<std::string>& names) const {
  const Key key(EVP_EC_gen("P-256"));
  std::string alternatives;
  for (const std::string& name : names) {
    if (name.find_first_of(", \n") != std::string::npos || name.empty())
      return fail(ErrorCode::invalid_argument, "'" + name + "' is no host name");
    alternatives += (alternatives.empty() ? "" : ",") + std::string(is_ip(name) ? "IP:" : "DNS:") + name;
  }
  std::string certificate =
      WALLE_TRY(certify(certificate_pem_, key_pem_, common_name, key.get(), {365, "serverAuth", alternatives}));
  return Identity{std::move(certificate), pem_of(key.get())};
}

Result<Identity> Authority::issue_client(const std::string& common_name) const {
  const Key key(EVP_EC_gen("P-256"));
  std::string certificate =
      WALLE_TRY(certify(certificate_pem_, key_pem_, common_name, key.get(), {365, "clientAuth", ""}));
  return Identity{std::move(certificate), pem_of(key.get())};
}

Result<std::string> Authority::sign_request(std::string_view csr_pem, const std::string& common_name) const {
  const Csr csr(PEM_read_bio_X509_REQ(reader(csr_pem).get(), nullptr, nullptr, nullptr));
  if (!csr) return fail(ErrorCode::invalid_argument, "csr_pem is not a PKCS#10 request in PEM");
  EVP_PKEY* key = X509_REQ_get0_pubkey(csr.get());
  if (key == nullptr || X509_REQ_verify(csr.get(), key) != 1)
    return fail(ErrorCode::invalid_argument, "the request's signature is not that of its key");
  std::array<char, 32> group{};
  EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr);
  if (std::string_view(group.data()) != "prime256v1" && EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519)
    return fail(ErrorCode::invalid_argument, "the request's key has to be P-256 or Ed25519");
  return certify(certificate_pem_, key_pem_, common_name, key, {5 * 365, "clientAuth", ""});
}

Result<std::string> fingerprint(std::string_view certificate_pem) {
  const Certificate certificate = WALLE_TRY(certificate_from(certificate_pem));
  std::array<unsigned char, 32> digest{};
  unsigned size = 0;
  X509_digest(certificate.get(), EVP_sha256(), digest.data(), &size);
  return hex_encode(digest);
}

Result<Request> make_request(const std::string& common_name) {
  const Key key(EVP_EC_gen("P-256"));
  const Csr csr(X509_REQ_new());
  if (!key || !csr) return openssl_error("make a key");
  add_name(X509_REQ_get_subject_name(csr.get()), common_name);
  X509_REQ_set_pubkey(csr.get(), key.get());
  if (X509_REQ_sign(csr.get(), key.get(), EVP_sha256()) == 0) return openssl_error("sign a request");
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509_REQ(bio.get(), csr.get());
  return Request{contents(bio.get()), pem_of(key.get())};
}

std::string random_token() {
  std::array<uint8_t, 32> bytes{};
  RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  return hex_encode(bytes);
}

}  // namespace walle::pki
