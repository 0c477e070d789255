#include <array>

#include "ipc/client/tasks.h"
#include "tools/walle-ctl/device/device.h"
#include "tools/walle-ctl/frame/context.h"
#include "tools/walle-ctl/frame/verb.h"

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 3> kArguments{
    {{.name = "TASK", .help = "Only of this task", .completes = Completes::task},
     {.name = "--status", .value = "STATUS", .help = "Only ok, or failed"},
     {.name = "-n,--limit", .value = "N", .help = "Newest runs (default 20)"}}};

Result<int> run(Context& context, const Arguments& arguments) {
  const int64_t limit = WALLE_TRY(arguments.integer("--limit", 20, 1, 10'000));
  Value options{{"limit", limit}};
  if (arguments.has("--status")) options["status"] = arguments.text("--status");
  auto connection = WALLE_TRY(connect(context));
  client::Tasks tasks(connection);
  auto rows = WALLE_TRY(tasks.records(arguments.text("TASK"), std::move(options)));
  if (!context.json())
    for (Value& row : rows)
      row["outcome"] = row.value("status", "") == "ok"
                           ? row.value("result", Value())
                           : Value(get_string_or(row.value("error", Value::object()), "kind", "").value_or("") + ": " +
                                   get_string_or(row.value("error", Value::object()), "message", "").value_or(""));
  static constexpr std::array<Column, 7> kColumns{{{"run", "RUN"},
                                                   {"started_us", "STARTED", Format::time_us},
                                                   {"task", "TASK"},
                                                   {"version", "VERSION"},
                                                   {"status", "STATUS"},
                                                   {"time_us", "TIME", Format::duration_us},
                                                   {"outcome", "OUTCOME"}}};
  context.output().table(kColumns, rows, "nothing has run yet");
  return 0;
}

}  // namespace

extern const VerbDef kTaskRecords;
const VerbDef kTaskRecords{
    .noun = "task",
    .name = "records",
    .summary = "Show the runs that ended, newest first",
    .details = "With --json also results and tracebacks.",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
