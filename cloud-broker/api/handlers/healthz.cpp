#include "cloud-broker/api/handler.h"

namespace walle::api {
namespace {

Result<Response> run(Backend& backend, const Request&) {
  // Asks the database: a broker that cannot remember is not well.
  WALLE_TRY(backend.service.store().audit_log(1));
  return json_response({{"status", "ok"}, {"epoch", backend.service.epoch()}});
}
}  // namespace

extern const HandlerDef kHealthz;
const HandlerDef kHealthz = {"GET", "/healthz", "200 when the broker works", Access::open, run};

}  // namespace walle::api
