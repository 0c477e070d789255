#include <array>

#include "ipc/client/manager.h"
#include "tools/walle-ctl/device/device.h"
#include "tools/walle-ctl/frame/context.h"
#include "tools/walle-ctl/frame/verb.h"

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 1> kArguments{{{.name = "NAME", .help = "The model's name", .required = true}}};

Result<int> run(Context& context, const Arguments& arguments) {
  auto connection = WALLE_TRY(connect(context));
  client::Manager manager(connection);
  WALLE_TRY(manager.unload_model(arguments.text("NAME"), Value::object()));
  if (context.json()) context.output().document({{"unloaded", arguments.text("NAME")}});
  return 0;
}

}  // namespace

extern const VerbDef kModelUnload;
const VerbDef kModelUnload{
    .noun = "model",
    .name = "unload",
    .summary = "Take a model away",
    .details = "",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
