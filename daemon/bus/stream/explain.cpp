#include <algorithm>

#include "daemon/bus/answers.h"
#include "daemon/bus/stream.h"

namespace walle::daemon::bus::stream {
namespace {

constexpr size_t kPending = 10'000;

}  // namespace

Result<dbus::StreamExplainOut> explain(Service& service, const Caller&, dbus::StreamExplainIn in) {
  WALLE_TRY(check_options(in.options, {}));
  const trigger::Matcher& matcher = service.pipeline.matcher();
  const auto pending = matcher.pending(kPending);
  dbus::StreamExplainOut out;
  for (const auto& [task, installed] : service.registry.tasks()) {
    if (!installed.enabled()) continue;
    for (const std::string& condition : installed.manifest.on) {
      int64_t count = 0, steps = 0, since_us = 0;
      for (const auto& each : pending) {
        if (each.condition != condition) continue;
        ++count;
        steps = std::max(steps, static_cast<int64_t>(each.steps_done));
        since_us = since_us == 0 ? each.since_us : std::min(since_us, each.since_us);
      }
      out.conditions.push_back(
          {{"task", task}, {"condition", condition}, {"pending", count}, {"steps", steps}, {"since_us", since_us}});
    }
  }
  const trigger::MatcherStats stats = matcher.stats();
  out.state = {{"conditions", static_cast<int64_t>(stats.conditions)},
               {"nodes", static_cast<int64_t>(stats.nodes)},
               {"pending", static_cast<int64_t>(stats.pending)},
               {"fired", static_cast<int64_t>(stats.fired)},
               {"waiting_us", service.pipeline.lateness_us()},
               {"unfired", static_cast<int64_t>(service.pipeline.unfired())}};
  return out;
}

}  // namespace walle::daemon::bus::stream
