#include "cloud-broker/api/handler.h"

namespace walle::api {
namespace {

Result<Response> run(Backend& backend, const Request& request) {
  const Value why = WALLE_TRY(backend.service.why(request.path.at("device"), request.path.at("task")));
  return json_response(why);
}
}  // namespace

extern const HandlerDef kReleaseWhy;
const HandlerDef kReleaseWhy = {"GET", "/v1/devices/{device}/why/{task}",
                                "why a device has or has not each release of a task", Access::admin, run};

}  // namespace walle::api
