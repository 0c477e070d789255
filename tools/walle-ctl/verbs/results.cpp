#include <algorithm>
#include <array>

#include "libwalle/base/clock.h"
#include "tools/walle-ctl/broker/client.h"

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 5> kArguments{{
    {.name = "--task", .value = "TASK", .help = "Only this task's", .completes = Completes::task},
    {.name = "--name", .value = "FEATURE", .help = "Only features of this name"},
    {.name = "--device", .value = "DEVICE", .help = "Only this device's"},
    {.name = "-n,--limit", .value = "N", .help = "At most so many (100)"},
    {.name = "--since", .value = "TIME", .help = "Not older than it, for example 10m (all)"},
}};
constexpr std::array<Column, 6> kColumns{{{"received_us", "RECEIVED", Format::time_us},
                                          {"device", "DEVICE"},
                                          {"task", "TASK"},
                                          {"version", "VERSION"},
                                          {"name", "NAME"},
                                          {"value", "VALUE"}}};

Result<int> run(Context& context, const Arguments& arguments) {
  const int64_t limit = WALLE_TRY(arguments.integer("--limit", 100, 1, 10'000));
  std::string path = "/v1/results?limit=" + std::to_string(limit);
  for (const char* name : {"task", "name", "device"})
    if (arguments.has("--" + std::string(name)))
      path += "&" + std::string(name) + "=" + url_part(arguments.text("--" + std::string(name)));
  if (arguments.has("--since")) {
    const int64_t since_us = WALLE_TRY(arguments.duration_us("--since", 0));
    path += "&since_us=" + std::to_string(std::max<int64_t>(0, system_clock().wall_us() - since_us));
  }
  const Value answer = WALLE_TRY(broker_get(context, path));
  const Value* results = WALLE_TRY(get_list(answer, "results"));
  context.output().table(kColumns, {results->begin(), results->end()}, "no results yet");
  return 0;
}

}  // namespace

extern const VerbDef kResults;
const VerbDef kResults{
    .noun = "",
    .name = "results",
    .summary = "List what tasks have sent to the cloud, newest first",
    .details = "Example: walle-ctl results --task ocr --since 10m --json",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
