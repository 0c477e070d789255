#include <fcntl.h>

#include <array>

#include "ipc/client/tasks.h"
#include "libwalle/base/file.h"
#include "tools/walle-ctl/device/device.h"
#include "tools/walle-ctl/device/prepare.h"
#include "tools/walle-ctl/frame/context.h"
#include "tools/walle-ctl/frame/verb.h"

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 2> kArguments{
    {{.name = "DIR", .help = "Folder with task.toml", .required = true, .completes = Completes::folder},
     {.name = "--probation", .help = "Put it on probation, as a release would be"}}};

Result<int> run(Context& context, const Arguments& arguments) {
  const PreparedTask task = WALLE_TRY(PreparedTask::make(arguments.text("DIR")));
  auto connection = WALLE_TRY(connect(context));
  UniqueFd fd(::open(task.folder().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return fail(system_error("open", task.folder()));
  client::Tasks tasks(connection);
  const Value row = WALLE_TRY(tasks.install(std::move(fd), {{"probation", arguments.has("--probation")}}));
  if (context.json()) context.output().document(row);
  context.output().say("task " + task.manifest().name + " " + task.manifest().version + " is installed");
  return 0;
}

}  // namespace

extern const VerbDef kTaskInstall;
const VerbDef kTaskInstall{
    .noun = "task",
    .name = "install",
    .summary = "Install a task's folder on the device, without a release",
    .details = "Models are converted first. For development: devices of a fleet get their tasks by walle-ctl release.",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
