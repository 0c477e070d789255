#include <unistd.h>

#include <array>
#include <cstdio>

#include "ipc/client/manager.h"
#include "ipc/client/tasks.h"
#include "libwalle/base/clock.h"
#include "tools/walle-ctl/device/device.h"
#include "tools/walle-ctl/frame/context.h"
#include "tools/walle-ctl/frame/verb.h"

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 2> kArguments{
    {{.name = "--interval", .value = "TIME", .help = "Between two looks (2s)"},
     {.name = "--count", .value = "N", .help = "End after N looks (never)"}}};
constexpr std::array<Column, 7> kColumns{{{"task", "TASK"},
                                          {"version", "VERSION"},
                                          {"state", "STATE"},
                                          {"runs", "RUNS"},
                                          {"failures", "FAILED"},
                                          {"time_us", "LAST TOOK", Format::duration_us},
                                          {"memory_bytes", "MEMORY", Format::bytes}}};

/// The tasks with what their last runs took.
Result<std::vector<Value>> look(client::Tasks& tasks) {
  auto list = WALLE_TRY(tasks.list(Value::object()));
  for (Value& task : list) {
    const auto last = WALLE_TRY(tasks.records(get_string_or(task, "task", "").value_or(""), {{"limit", 1}}));
    task["time_us"] = last.empty() ? Value() : last[0].value("time_us", Value());
    task["memory_bytes"] = last.empty() ? Value() : last[0].value("memory_bytes", Value());
  }
  return list;
}

std::string headline(const Value& status, double events_per_second) {
  const auto of = [&](const char* group, const char* key) {
    return status.contains(group) ? cell(status[group].value(key, Value()), Format::plain) : "-";
  };
  char rate[32];
  std::snprintf(rate, sizeof(rate), "%.1f", events_per_second);
  return "up " + cell(status.value("uptime_us", Value()), Format::duration_us) + ", " +
         cell(status.value("busy", Value()), Format::plain) + " runs under way, " +
         cell(status.value("hosts", Value()), Format::plain) + " task hosts, " + rate + " events/s, " +
         of("tunnel", "waiting") + " features waiting, cloud: " + of("link", "state");
}

Result<int> run(Context& context, const Arguments& arguments) {
  const int64_t interval_us = WALLE_TRY(arguments.duration_us("--interval", 2'000'000));
  const int64_t count = WALLE_TRY(arguments.integer("--count", 0, 1, INT64_MAX));
  auto connection = WALLE_TRY(connect(context));
  client::Manager manager(connection);
  client::Tasks tasks(connection);
  int64_t before = -1;
  for (int64_t shown = 0; count == 0 || shown < count; ++shown) {
    if (shown > 0) ::usleep(static_cast<useconds_t>(interval_us));
    const Value status = WALLE_TRY(manager.get_status(Value::object()));
    const auto rows = WALLE_TRY(look(tasks));
    const int64_t events = get_int_or(status.value("events", Value::object()), "accepted", 0).value_or(0);
    const double rate = before < 0 ? 0 : static_cast<double>(events - before) * 1e6 / static_cast<double>(interval_us);
    before = events;
    if (context.json()) {
      context.output().line({{"time_us", system_clock().wall_us()}, {"status", status}, {"tasks", rows}}, "");
      continue;
    }
    if (context.output().terminal()) context.output().say("\033[H\033[2J");
    context.output().say(headline(status, rate));
    context.output().table(kColumns, rows, "no task is installed");
  }
  return 0;
}

}  // namespace

extern const VerbDef kTop;
const VerbDef kTop{
    .noun = "",
    .name = "top",
    .summary = "Watch the device at work: tasks, runs, memory, events a second",
    .details = "Ctrl-C ends it. With --json a line for each look.",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
