#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libwalle/base/result.h"
#include "libwalle/base/value.h"

namespace walle::wire {

inline constexpr size_t kMaxEnrolBytes = 256U << 10;

/// Body of POST /v1/enrol, JSON {token, csr_pem, labels{}, hardware{}, device?}.
struct EnrolRequest {
  std::string token;    ///< one-time or fleet token
  std::string csr_pem;  ///< PKCS#10; the device keeps its key (P-256)
  std::map<std::string, std::string> labels;
  Value hardware = Value::object();
  std::string device;  ///< the name it would like; empty: the broker chooses
};

/// Its answer (200), JSON {device, certificate_pem, ca_pem, mqtt_url, origin_urls[], root{}}.
/// Refusals: 4xx with {"error": {"code", "message"}}.
struct EnrolResponse {
  std::string device;           ///< CN of the certificate, MQTT client id
  std::string certificate_pem;  ///< with the chain, if there is one
  std::string ca_pem;           ///< for MQTT, API and origins
  std::string mqtt_url;         ///< ssl://HOST:PORT
  std::vector<std::string> origin_urls;
  Value root;  ///< root.json, an envelope: the device pins it
};

[[nodiscard]] std::string encode_enrol_request(const EnrolRequest& request);
[[nodiscard]] Result<EnrolRequest> decode_enrol_request(std::string_view json);
[[nodiscard]] std::string encode_enrol_response(const EnrolResponse& response);
[[nodiscard]] Result<EnrolResponse> decode_enrol_response(std::string_view json);

}  // namespace walle::wire
