#pragma once

#include <map>
#include <string>
#include <vector>

#include "libwalle/base/result.h"
#include "libwalle/base/value.h"

namespace walle::net {

/// Who this device is, and where its cloud is: made by `enrol`, read at every start.
struct Identity {
  std::string device;
  std::string mqtt_url;
  std::vector<std::string> origin_urls;
  std::map<std::string, std::string> labels;
  std::string folder;  ///< holds key.pem (0600), certificate.pem, ca.pem, root.json

  [[nodiscard]] std::string key_file() const { return folder + "/key.pem"; }
  [[nodiscard]] std::string certificate_file() const { return folder + "/certificate.pem"; }
  [[nodiscard]] std::string ca_file() const { return folder + "/ca.pem"; }
  [[nodiscard]] std::string root_file() const { return folder + "/root.json"; }
};

struct EnrolOptions {
  std::string url;  ///< of the broker's API: https://HOST:PORT
  std::string token;
  std::string ca_file;  ///< to verify the API's certificate before the broker's own CA is known; empty: the system's
  std::string device;   ///< wished name; may be empty
  std::map<std::string, std::string> labels;
  std::string folder;  ///< where the identity is kept
};

/// Makes a P-256 key (kept if one is there already, so a lost answer costs nothing), asks POST URL/v1/enrol, checks
/// that the certificate fits the key and root.json its own signatures, stores everything durably; identity.json last.
[[nodiscard]] Result<Identity> enrol(const EnrolOptions& options);

/// Errors: not_found "not enrolled: walle-netd --enrol URL --token TOKEN".
[[nodiscard]] Result<Identity> load_identity(const std::string& folder);

/// What reports say about the machine: {"arch", "cores", "cpu", …}, memory and versions.
struct Machine {
  Value hardware = Value::object();
  int64_t memory_mb = 0;
  std::map<std::string, std::string> versions;
};
[[nodiscard]] Machine describe_machine();

}  // namespace walle::net
