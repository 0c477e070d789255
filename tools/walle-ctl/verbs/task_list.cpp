#include <array>
#include <iostream>

#include "ipc/client/tasks.h"
#include "tools/walle-ctl/device/device.h"
#include "tools/walle-ctl/frame/context.h"
#include "tools/walle-ctl/frame/verb.h"

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 1> kArguments{{{.name = "--names", .help = "Only the names, one a line"}}};

Result<int> run(Context& context, const Arguments& arguments) {
  auto connection = WALLE_TRY(connect(context));
  client::Tasks tasks(connection);
  const auto rows = WALLE_TRY(tasks.list(Value::object()));
  if (arguments.has("--names")) {
    for (const Value& row : rows) std::cout << get_string_or(row, "task", "").value_or("") << "\n";
    return 0;
  }
  static constexpr std::array<Column, 7> kColumns{{{"task", "TASK"},
                                                   {"version", "VERSION"},
                                                   {"state", "STATE"},
                                                   {"runs", "RUNS"},
                                                   {"failures", "FAILED"},
                                                   {"previous", "BEFORE"},
                                                   {"on", "ON"}}};
  context.output().table(kColumns, rows, "no task is installed");
  return 0;
}

}  // namespace

extern const VerbDef kTaskList;
const VerbDef kTaskList{
    .noun = "task",
    .name = "list",
    .summary = "List the tasks that are installed on the device",
    .details = "",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
