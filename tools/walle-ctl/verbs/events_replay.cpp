#include <unistd.h>

#include <algorithm>
#include <array>

#include "libwalle/base/clock.h"
#include "tools/walle-ctl/device/device.h"
#include "tools/walle-ctl/device/recording.h"
#include "tools/walle-ctl/frame/context.h"
#include "tools/walle-ctl/frame/verb.h"

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 3> kArguments{
    {{.name = "FILE",
      .help = "Events as for events send, or lines of events tail --json --contents",
      .required = true,
      .completes = Completes::file},
     {.name = "--speed", .value = "N", .help = "Times faster than they came (1)"},
     {.name = "--at-once", .help = "All in one go, with their own times"}}};

constexpr int64_t kMostSpeed = 100'000;

Status send_one(client::Connection& connection, wire::Event event, int64_t time_us) {
  event.time_us = time_us;
  WALLE_TRY(send_events(connection, {std::move(event)}));
  return {};
}

Result<int> run(Context& context, const Arguments& arguments) {
  const int64_t speed = WALLE_TRY(arguments.integer("--speed", 1, 1, kMostSpeed));
  auto events = WALLE_TRY(read_recording(arguments.text("FILE")));
  auto connection = WALLE_TRY(connect(context));
  if (arguments.has("--at-once")) {
    WALLE_TRY(send_events(connection, events));
  } else {
    std::stable_sort(events.begin(), events.end(), [](const auto& a, const auto& b) { return a.time_us < b.time_us; });
    const int64_t begin_us = system_clock().wall_us();
    for (wire::Event& event : events) {
      const int64_t due_us = begin_us + (event.time_us - events.front().time_us) / speed;
      if (const int64_t pause_us = due_us - system_clock().wall_us(); pause_us > 0)
        ::usleep(static_cast<useconds_t>(std::min<int64_t>(pause_us, 3'600'000'000)));
      WALLE_TRY(send_one(connection, event, due_us));
      context.output().line(wire::to_value(event), (event.page.empty() ? "" : event.page + ".") + event.id);
    }
  }
  context.output().say(std::to_string(events.size()) + (events.size() == 1 ? " event" : " events") + " accepted");
  return 0;
}

}  // namespace

extern const VerbDef kEventsReplay;
const VerbDef kEventsReplay{
    .noun = "events",
    .name = "replay",
    .summary = "Send recorded events again, with the pauses that were between them",
    .details =
        "The first one gets the present time, the others follow as they did.\n"
        "Example: walle-ctl events tail --json --contents > visit.jsonl; walle-ctl events replay visit.jsonl --speed "
        "10",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
