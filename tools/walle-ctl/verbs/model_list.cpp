#include <array>

#include "ipc/client/manager.h"
#include "tools/walle-ctl/device/device.h"
#include "tools/walle-ctl/frame/context.h"
#include "tools/walle-ctl/frame/verb.h"

namespace walle::ctl {
namespace {

Result<int> run(Context& context, const Arguments&) {
  auto connection = WALLE_TRY(connect(context));
  client::Manager manager(connection);
  const auto rows = WALLE_TRY(manager.list_models(Value::object()));
  static constexpr std::array<Column, 5> kColumns{{{"name", "MODEL"},
                                                   {"owner", "OF"},
                                                   {"task", "TASK"},
                                                   {"bytes", "WEIGHTS", Format::bytes},
                                                   {"sessions", "SESSIONS"}}};
  context.output().table(kColumns, rows, "no model is open");
  return 0;
}

}  // namespace

extern const VerbDef kModelList;
const VerbDef kModelList{
    .noun = "model",
    .name = "list",
    .summary = "List the models of apps and tasks",
    .details = "",
    .arguments = {},
    .run = run,
};

}  // namespace walle::ctl
