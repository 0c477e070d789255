#include <array>

#include "tools/walle-ctl/broker/client.h"

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 1> kArguments{{{.name = "DEVICE", .help = "The device", .required = true}}};
constexpr std::array<Column, 5> kRecord{{{"device", "DEVICE"},
                                         {"labels", "LABELS"},
                                         {"memory_mb", "MEMORY MB"},
                                         {"enrolled_us", "ENROLLED", Format::time_us},
                                         {"last_seen_us", "LAST SEEN", Format::time_us}}};
constexpr std::array<Column, 4> kTasks{
    {{"task", "TASK"}, {"version", "VERSION"}, {"counter", "RELEASE"}, {"state", "STATE"}}};
constexpr std::array<Column, 5> kOutcomes{{{"time_us", "TIME", Format::time_us},
                                           {"task", "TASK"},
                                           {"version", "VERSION"},
                                           {"result", "RESULT"},
                                           {"reason", "REASON"}}};

Result<int> run(Context& context, const Arguments& arguments) {
  const Value device = WALLE_TRY(broker_get(context, "/v1/devices/" + url_part(arguments.text("DEVICE"))));
  Output& output = context.output();
  if (context.json()) {
    output.document(device);
    return 0;
  }
  output.record(kRecord, device);
  const Value* tasks = WALLE_TRY(get_list(device, "tasks"));
  const Value* outcomes = WALLE_TRY(get_list(device, "outcomes"));
  output.table(kTasks, {tasks->begin(), tasks->end()}, "it has reported no tasks");
  output.table(kOutcomes, {outcomes->begin(), outcomes->end()}, "it has reported no outcomes");
  return 0;
}

}  // namespace

extern const VerbDef kDeviceShow;
const VerbDef kDeviceShow{
    .noun = "device",
    .name = "show",
    .summary = "Show a device: labels, tasks and what became of its releases",
    .details = "",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
