#include <array>

#include "ipc/client/manager.h"
#include "tools/walle-ctl/device/device.h"
#include "tools/walle-ctl/frame/context.h"
#include "tools/walle-ctl/frame/verb.h"

namespace walle::ctl {
namespace {

constexpr std::array<Column, 11> kColumns{{{"version", "walled"},
                                           {"device_id", "device"},
                                           {"uptime_us", "up for", Format::duration_us},
                                           {"tasks", "tasks"},
                                           {"busy", "runs going on"},
                                           {"models", "models"},
                                           {"sessions", "sessions"},
                                           {"events_text", "events"},
                                           {"rows_text", "rows"},
                                           {"tunnel_text", "tunnel"},
                                           {"link_text", "cloud"}}};

std::string number(const Value& status, const char* group, const char* key) {
  return status.contains(group) ? cell(status[group].value(key, Value()), Format::plain) : "-";
}

Result<int> run(Context& context, const Arguments&) {
  auto connection = WALLE_TRY(connect(context));
  client::Manager manager(connection);
  Value status = WALLE_TRY(manager.get_status(Value::object()));
  if (!context.json()) {
    status["device_id"] = number(status, "device", "id");
    status["events_text"] = number(status, "events", "accepted") + " accepted, " + number(status, "events", "refused") +
                            " refused since start, " + number(status, "events", "kept") + " kept";
    status["rows_text"] = number(status, "store", "rows") + " in " + number(status, "store", "tables") + " tables";
    status["tunnel_text"] = number(status, "tunnel", "waiting") + " features waiting";
    status["link_text"] = number(status, "link", "state") + " (" + number(status, "link", "detail") + ")";
  }
  context.output().record(kColumns, status);
  return 0;
}

}  // namespace

extern const VerbDef kStatus;
const VerbDef kStatus{
    .noun = "",
    .name = "status",
    .summary = "Say how the device does",
    .details = "",
    .arguments = {},
    .run = run,
};

}  // namespace walle::ctl
