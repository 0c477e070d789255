#include "cloud-broker/api/handler.h"

#include <array>

namespace walle::api {
namespace {

constexpr std::array<std::string_view, 1> kKeys = {"reason"};
struct Action {
  std::string_view name;
  rollout::Event event;
};
constexpr std::array kActions = {
    Action{"pause", rollout::Event::pause},
    Action{"resume", rollout::Event::resume},
    Action{"approve", rollout::Event::approve},
    Action{"rollback", rollout::Event::roll_back},
};

Result<Response> run(Backend& backend, const Request& request) {
  const Value body = WALLE_TRY(request.json(kKeys));
  std::string reason = WALLE_TRY(get_string_or(body, "reason", ""));
  if (reason.size() > 1024) return fail(ErrorCode::invalid_argument, "the reason is longer than 1024 bytes");
  const int64_t counter = WALLE_TRY(backend.service.find_release(request.path.at("release")));
  for (const Action& action : kActions) {
    if (action.name != request.path.at("action")) continue;
    const Value release = WALLE_TRY(backend.service.act(counter, action.event, request.actor, reason));
    return json_response(release);
  }
  return fail(ErrorCode::not_found, "no such action; there are pause, resume, approve, rollback");
}
}  // namespace

extern const HandlerDef kReleaseAct;
const HandlerDef kReleaseAct = {"POST", "/v1/releases/{release}/{action}", "pause, resume, approve or rollback",
                                Access::admin, run};

}  // namespace walle::api
