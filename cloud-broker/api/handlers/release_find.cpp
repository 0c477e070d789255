#include "cloud-broker/api/handler.h"

namespace walle::api {
namespace {

Result<Response> run(Backend& backend, const Request& request) {
  const std::string tag = request.path.at("task") + "/" + request.path.at("version");
  const int64_t counter = WALLE_TRY(backend.service.find_release(tag));
  const Value release = WALLE_TRY(backend.service.release(counter));
  return json_response(release);
}
}  // namespace

extern const HandlerDef kReleaseFind;
const HandlerDef kReleaseFind = {"GET", "/v1/tags/{task}/{version}", "the newest release of a tag", Access::admin, run};

}  // namespace walle::api
