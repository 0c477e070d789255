#include "cloud-broker/api/handler.h"

namespace walle::api {
namespace {

Result<Response> run(Backend& backend, const Request& request) {
  const int64_t counter = WALLE_TRY(backend.service.find_release(request.path.at("release")));
  const Value release = WALLE_TRY(backend.service.release(counter));
  return json_response(release);
}
}  // namespace

extern const HandlerDef kReleaseShow;
const HandlerDef kReleaseShow = {"GET", "/v1/releases/{release}", "one release with its devices, simulation and plan",
                                 Access::admin, run};

}  // namespace walle::api
