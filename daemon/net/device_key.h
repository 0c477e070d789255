#pragma once

#include <string>
#include <string_view>

#include "libwalle/base/result.h"

namespace walle::net {

/// Makes a P-256 private key (PKCS#8 PEM, mode 0600) unless the file is there.
[[nodiscard]] Status ensure_device_key(const std::string& path);

/// A PKCS#10 request for the key at `path` with this common name, PEM.
[[nodiscard]] Result<std::string> make_signing_request(const std::string& path, std::string_view common_name);

/// That the certificate is for this key and this device. Errors: invalid_argument saying what differs.
[[nodiscard]] Status check_certificate(std::string_view certificate_pem, const std::string& key_path,
                                       std::string_view device);

}  // namespace walle::net
