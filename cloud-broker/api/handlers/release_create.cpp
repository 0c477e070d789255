#include "cloud-broker/api/handler.h"

#include <array>

namespace walle::api {
namespace {

constexpr std::array<std::string_view, 3> kKeys = {"repository", "tag", "plan"};

Result<Response> run(Backend& backend, const Request& request) {
  const Value body = WALLE_TRY(request.json(kKeys));
  core::CreateRequest create;
  create.repository = WALLE_TRY(get_string(body, "repository"));
  create.tag = WALLE_TRY(get_string(body, "tag"));
  create.plan = WALLE_TRY(get_string_or(body, "plan", ""));
  create.actor = request.actor;
  const Value release = WALLE_TRY(backend.service.create_release(create));
  return json_response(release, 201);
}
}  // namespace

extern const HandlerDef kReleaseCreate;
const HandlerDef kReleaseCreate = {"POST", "/v1/releases", "a release from a signed tag", Access::admin, run};

}  // namespace walle::api
