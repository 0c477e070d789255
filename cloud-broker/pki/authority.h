#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libwalle/base/result.h"

namespace walle::pki {

/// A certificate and its private key, PEM.
struct Identity {
  std::string certificate_pem;
  std::string key_pem;
};

/// The broker's own certificate authority (P-256, X.509): devices, the MQTT broker and the API trust it alone.
/// Thread-safe.
class Authority {
 public:
  /// Loads FOLDER/ca.crt and FOLDER/ca.key, or makes them (key mode 0600, valid for 20 years).
  [[nodiscard]] static Result<Authority> open(const std::string& folder);

  [[nodiscard]] const std::string& certificate_pem() const { return certificate_pem_; }

  /// A new key with a certificate for a server: `names` are DNS names or IP addresses. Valid for a year.
  [[nodiscard]] Result<Identity> issue_server(const std::string& common_name,
                                              const std::vector<std::string>& names) const;
  /// A new key with a certificate for a client.
  [[nodiscard]] Result<Identity> issue_client(const std::string& common_name) const;
  /// A certificate for the key of a signing request, with `common_name` whatever the request calls itself.
  /// Errors: invalid_argument if it is no valid PKCS#10, its signature is wrong or its key is not P-256 or Ed25519.
  [[nodiscard]] Result<std::string> sign_request(std::string_view csr_pem, const std::string& common_name) const;

 private:
  std::string certificate_pem_;
  std::string key_pem_;
};

/// Hexadecimal SHA-256 of a certificate's DER form. Errors: invalid_argument.
[[nodiscard]] Result<std::string> fingerprint(std::string_view certificate_pem);

/// A new P-256 key and a signing request for it: what a device sends. (For tests and simulated devices.)
struct Request {
  std::string csr_pem;
  std::string key_pem;
};
[[nodiscard]] Result<Request> make_request(const std::string& common_name);

/// 32 random bytes in hexadecimal: tokens and seeds.
[[nodiscard]] std::string random_token();

}  // namespace walle::pki
