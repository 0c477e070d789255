#include "daemon/net/identity.h"

#include <sys/stat.h>

#include "daemon/net/device_key.h"
#include "daemon/update/http.h"
#include "ipc/bundle/trust.h"
#include "ipc/wire/enrol.h"
#include "libwalle/base/file.h"

namespace walle::net {
namespace {

Status store(const wire::EnrolResponse& response, const Identity& identity) {
  WALLE_TRY(write_file_atomically(identity.certificate_file(), response.certificate_pem));
  WALLE_TRY(write_file_atomically(identity.ca_file(), response.ca_pem));
  WALLE_TRY(write_file_atomically(identity.root_file(), to_json(response.root)));
  const Value summary = {{"device", identity.device},
                         {"mqtt_url", identity.mqtt_url},
                         {"origin_urls", identity.origin_urls},
                         {"labels", identity.labels}};
  return write_file_atomically(identity.folder + "/identity.json", to_json(summary, 2));
}

}  // namespace

Result<Identity> enrol(const EnrolOptions& options) {
  WALLE_TRY(make_folders(options.folder, 0700));
  Identity out{.labels = options.labels, .folder = options.folder};
  WALLE_TRY(ensure_device_key(out.key_file()));
  wire::EnrolRequest request{.token = options.token, .labels = options.labels, .device = options.device};
  request.hardware = describe_machine().hardware;
  request.csr_pem = WALLE_TRY(make_signing_request(out.key_file(), options.device.empty() ? "walle" : options.device));
  update::Http http({.ca_file = options.ca_file});
  const std::string body =
      WALLE_TRY(http.post_json(options.url + "/v1/enrol", wire::encode_enrol_request(request), wire::kMaxEnrolBytes));
  const wire::EnrolResponse response = WALLE_TRY(wire::decode_enrol_response(body));
  WALLE_TRY(bundle::Trust::pin(to_json(response.root)));
  WALLE_TRY(check_certificate(response.certificate_pem, out.key_file(), response.device));
  out.device = response.device;
  out.mqtt_url = response.mqtt_url;
  out.origin_urls = response.origin_urls;
  WALLE_TRY(store(response, out));
  return out;
}

Result<Identity> load_identity(const std::string& folder) {
  const auto text = read_text(folder + "/identity.json", wire::kMaxEnrolBytes);
  if (!text && text.error().code == ErrorCode::not_found) {
    return fail(ErrorCode::not_found, "this device is not enrolled: run walle-netd --enrol URL --token TOKEN");
  }
  if (!text) return fail(text.error());
  const Value value = WALLE_TRY(parse_json(*text));
  Identity out{.folder = folder};
  out.device = WALLE_TRY(get_string(value, "device"));
  out.mqtt_url = WALLE_TRY(get_string(value, "mqtt_url"));
  for (const auto& url : *WALLE_TRY(get_list(value, "origin_urls"))) {
    if (url.is_string()) out.origin_urls.push_back(url.get<std::string>());
  }
  const Value* labels = WALLE_TRY(get_map(value, "labels"));
  for (const auto& [key, label] : labels->items()) {
    if (label.is_string()) out.labels[key] = label.get<std::string>();
  }
  return out;
}

}  // namespace walle::net
