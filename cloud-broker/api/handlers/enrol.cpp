#include "cloud-broker/api/handler.h"

namespace walle::api {
namespace {

Result<Response> run(Backend& backend, const Request& request) {
  if (request.body.size() > wire::kMaxEnrolBytes)
    return fail(ErrorCode::resource_exhausted, "the enrolment request is too large");
  const auto enrol = WALLE_TRY(wire::decode_enrol_request(request.body));
  const auto response = WALLE_TRY(backend.service.enrol(enrol));
  return Response{200, "application/json", wire::encode_enrol_response(response), "", false};
}
}  // namespace

extern const HandlerDef kEnrol;
const HandlerDef kEnrol = {"POST", "/v1/enrol", "a device trades a token and a signing request for its certificate",
                           Access::open, run};

}  // namespace walle::api
