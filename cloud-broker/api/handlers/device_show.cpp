#include "cloud-broker/api/handler.h"

namespace walle::api {
namespace {

Result<Response> run(Backend& backend, const Request& request) {
  const Value device = WALLE_TRY(backend.service.device(request.path.at("device")));
  return json_response(device);
}
}  // namespace

extern const HandlerDef kDeviceShow;
const HandlerDef kDeviceShow = {"GET", "/v1/devices/{device}", "one device with its profile and outcomes",
                                Access::admin, run};

}  // namespace walle::api
