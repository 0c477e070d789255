#include "cloud-broker/api/handler.h"

namespace walle::api {
namespace {

Result<Response> run(Backend& backend, const Request&) {
  Value releases = WALLE_TRY(backend.service.releases());
  return json_response({{"epoch", backend.service.epoch()}, {"releases", std::move(releases)}});
}
}  // namespace

extern const HandlerDef kReleaseList;
const HandlerDef kReleaseList = {"GET", "/v1/releases", "all releases, newest first", Access::admin, run};

}  // namespace walle::api
