#include "cloud-broker/api/handler.h"

namespace walle::api {
namespace {

Result<Response> run(Backend& backend, const Request& request) {
  const int64_t limit = WALLE_TRY(request.query_int("limit", 1000, 1, 10'000));
  Value devices = WALLE_TRY(backend.service.devices(limit, request.query_or("after", "")));
  return json_response({{"devices", std::move(devices)}});
}
}  // namespace

extern const HandlerDef kDeviceList;
const HandlerDef kDeviceList = {"GET", "/v1/devices", "devices by name: limit, after", Access::admin, run};

}  // namespace walle::api
