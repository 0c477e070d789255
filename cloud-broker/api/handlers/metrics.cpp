#include "cloud-broker/api/handler.h"

#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace walle::api {
namespace {

void add(prometheus::Registry& registry, const std::string& name, double value) {
  prometheus::BuildGauge().Name("walle_broker_" + name).Register(registry).Add({}).Set(value);
}

Result<Response> run(Backend& backend, const Request&) {
  prometheus::Registry registry;
  if (backend.counters)
    for (const auto& [name, value] : backend.counters()) add(registry, name, value);
  if (backend.blob_bytes != nullptr)
    add(registry, "blob_bytes_sent_total", static_cast<double>(backend.blob_bytes->load()));
  add(registry, "epoch", static_cast<double>(backend.service.epoch()));
  const Value releases = WALLE_TRY(backend.service.releases());
  auto& states = prometheus::BuildGauge().Name("walle_broker_releases").Help("releases by state").Register(registry);
  for (const Value& release : releases) states.Add({{"state", release["state"].get<std::string>()}}).Increment();
  return Response{200, "text/plain; version=0.0.4", prometheus::TextSerializer().Serialize(registry.Collect()), "",
                  false};
}
}  // namespace

extern const HandlerDef kMetrics;
const HandlerDef kMetrics = {"GET", "/metrics", "Prometheus text", Access::local, run};

}  // namespace walle::api
