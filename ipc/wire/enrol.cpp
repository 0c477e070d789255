#include "ipc/wire/enrol.h"

#include "ipc/wire/fields.h"
#include "ipc/wire/topics.h"

namespace walle::wire {
namespace {

constexpr size_t kMaxPemBytes = 64U << 10;

}  // namespace

std::string encode_enrol_request(const EnrolRequest& request) {
  Value out = {{"format", 1},
               {"token", request.token},
               {"csr_pem", request.csr_pem},
               {"labels", request.labels},
               {"hardware", request.hardware}};
  if (!request.device.empty()) out["device"] = request.device;
  return to_json(out);
}

Result<EnrolRequest> decode_enrol_request(std::string_view json) {
  const Value map = WALLE_TRY(parse_json(json, {.bytes = kMaxEnrolBytes, .depth = 4}));
  WALLE_TRY(fields::format(map, 1));
  EnrolRequest out;
  out.token = WALLE_TRY(fields::text(map, "token", 512));
  out.csr_pem = WALLE_TRY(fields::text(map, "csr_pem", kMaxPemBytes));
  out.labels = WALLE_TRY(fields::text_map(map, "labels", 64));
  out.hardware = WALLE_TRY(fields::scalars(map, "hardware", 64));
  out.device = WALLE_TRY(fields::text_or(map, "device", 64));
  if (!out.device.empty() && !is_device_id(out.device)) {
    return fail(ErrorCode::invalid_argument, "'device' must match [A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  }
  return out;
}

std::string encode_enrol_response(const EnrolResponse& response) {
  return to_json({{"format", 1},
                  {"device", response.device},
                  {"certificate_pem", response.certificate_pem},
                  {"ca_pem", response.ca_pem},
                  {"mqtt_url", response.mqtt_url},
                  {"origin_urls", response.origin_urls},
                  {"root", response.root}});
}

Result<EnrolResponse> decode_enrol_response(std::string_view json) {
  const Value map = WALLE_TRY(parse_json(json, {.bytes = kMaxEnrolBytes, .depth = 12}));
  WALLE_TRY(fields::format(map, 1));
  EnrolResponse out;
  out.device = WALLE_TRY(fields::text(map, "device", 64));
  if (!is_device_id(out.device)) return fail(ErrorCode::invalid_argument, "'device' is not a device's name");
  out.certificate_pem = WALLE_TRY(fields::text(map, "certificate_pem", kMaxPemBytes));
  out.ca_pem = WALLE_TRY(fields::text(map, "ca_pem", kMaxPemBytes));
  out.mqtt_url = WALLE_TRY(fields::text(map, "mqtt_url", 512));
  out.origin_urls = WALLE_TRY(fields::texts(map, "origin_urls", 16, 512));
  out.root = *WALLE_TRY(get_map(map, "root"));
  return out;
}

}  // namespace walle::wire
