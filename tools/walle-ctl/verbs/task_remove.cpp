#include <array>

#include "ipc/client/tasks.h"
#include "tools/walle-ctl/device/device.h"
#include "tools/walle-ctl/frame/context.h"
#include "tools/walle-ctl/frame/verb.h"

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 1> kArguments{
    {{.name = "TASK", .help = "Its name", .required = true, .completes = Completes::task}}};

Result<int> run(Context& context, const Arguments& arguments) {
  auto connection = WALLE_TRY(connect(context));
  client::Tasks tasks(connection);
  WALLE_TRY(tasks.remove(arguments.text("TASK"), Value::object()));
  if (context.json()) context.output().document({{"removed", arguments.text("TASK")}});
  context.output().say("task " + arguments.text("TASK") + " is removed; its rows stay");
  return 0;
}

}  // namespace

extern const VerbDef kTaskRemove;
const VerbDef kTaskRemove{
    .noun = "task",
    .name = "remove",
    .summary = "Remove a task and its data from the device",
    .details = "",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
