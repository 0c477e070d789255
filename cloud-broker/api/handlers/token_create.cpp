#include <array>
#include "cloud-broker/api/handler.h"

namespace walle::api {
namespace {

constexpr std::array<std::string_view, 4> kKeys = {"device", "labels", "uses", "lifetime_s"};

Result<Response> run(Backend& backend, const Request& request) {
  const Value body = WALLE_TRY(request.json(kKeys));
  core::TokenRequest token;
  token.device = WALLE_TRY(get_string_or(body, "device", ""));
  token.uses = WALLE_TRY(get_int_or(body, "uses", 1));
  const int64_t lifetime_s = WALLE_TRY(get_int_or(body, "lifetime_s", 3600));
  if (lifetime_s < 1 || lifetime_s > 10L * 365 * 86'400)
    return fail(ErrorCode::invalid_argument, "lifetime_s has to lie between 1 and ten years");
  token.lifetime_us = lifetime_s * 1'000'000;
  if (body.contains("labels")) token.labels = *WALLE_TRY(get_map(body, "labels"));
  token.actor = request.actor;
  const std::string secret = WALLE_TRY(backend.service.make_token(token));
  return json_response({{"token", secret}, {"uses", token.uses}, {"lifetime_s", lifetime_s}}, 201);
}

}  // namespace

extern const HandlerDef kTokenCreate;
const HandlerDef kTokenCreate = {"POST", "/v1/tokens", "a token that enrols devices", Access::admin, run};

}  // namespace walle::api
