#include "cloud-broker/api/handler.h"

namespace walle::api {
namespace {

Result<Response> run(Backend& backend, const Request& request) {
  store::FeatureQuery query;
  query.task = request.query_or("task", "");
  query.name = request.query_or("name", "");
  query.device = request.query_or("device", "");
  query.since_us = WALLE_TRY(request.query_int("since_us", 0, 0, INT64_MAX));
  query.limit = WALLE_TRY(request.query_int("limit", 100, 1, 10'000));
  Value results = Value::array();
  const auto rows = WALLE_TRY(backend.service.store().features(query));
  for (const store::FeatureRow& row : rows) {
    auto value = parse_json(row.value);
    results.push_back({{"device", row.device},
                       {"id", row.id},
                       {"task", row.task},
                       {"version", row.version},
                       {"name", row.name},
                       {"time_us", row.time_us},
                       {"received_us", row.received_us},
                       {"value", value ? std::move(*value) : Value(nullptr)}});
  }
  return json_response({{"results", std::move(results)}});
}

}  // namespace

extern const HandlerDef kResultList;
const HandlerDef kResultList = {"GET", "/v1/results",
                                "features that arrived, newest first: task, name, device, since_us, limit",
                                Access::admin, run};

}  // namespace walle::api
