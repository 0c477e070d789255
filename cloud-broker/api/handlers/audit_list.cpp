#include "cloud-broker/api/handler.h"

namespace walle::api {
namespace {

Result<Response> run(Backend& backend, const Request& request) {
  const int64_t limit = WALLE_TRY(request.query_int("limit", 100, 1, 10'000));
  const auto log = WALLE_TRY(backend.service.store().audit_log(limit));
  Value entries = Value::array();
  for (const store::AuditEntry& entry : log)
    entries.push_back({{"seq", entry.seq},
                       {"time_us", entry.time_us},
                       {"actor", entry.actor},
                       {"action", entry.action},
                       {"subject", entry.subject},
                       {"detail", entry.detail},
                       {"hash", entry.hash}});
  return json_response({{"entries", std::move(entries)}});
}

}  // namespace

extern const HandlerDef kAuditList;
const HandlerDef kAuditList = {"GET", "/v1/audit", "the audit log, newest first", Access::admin, run};

}  // namespace walle::api
