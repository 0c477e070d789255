#include <array>

#include "tools/walle-ctl/broker/client.h"

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 2> kArguments{{
    {.name = "TASK", .help = "The task, or one of its tags", .required = true},
    {.name = "DEVICE", .help = "The device", .required = true},
}};
constexpr std::array<Column, 5> kColumns{
    {{"tag", "TAG"}, {"counter", "RELEASE"}, {"state", "STATE"}, {"decision", "DECISION"}, {"reason", "REASON"}}};

Result<int> run(Context& context, const Arguments& arguments) {
  const std::string task = arguments.text("TASK").substr(0, arguments.text("TASK").find('/'));
  const Value why =
      WALLE_TRY(broker_get(context, "/v1/devices/" + url_part(arguments.text("DEVICE")) + "/why/" + url_part(task)));
  if (context.json()) {
    context.output().document(why);
    return 0;
  }
  const Value* releases = WALLE_TRY(get_list(why, "releases"));
  const Value& installed = why["installed"];
  const std::string version = installed.is_object() ? installed.value("version", "") : "";
  const std::string state = installed.is_object() ? installed.value("state", "") : "as far as the device has reported";
  context.output().say("installed: " + (version.empty() ? "nothing" : task + "/v" + version) + " (" + state + ")");
  context.output().table(kColumns, {releases->begin(), releases->end()}, "no release of this task");
  return 0;
}

}  // namespace

extern const VerbDef kReleaseWhy;
const VerbDef kReleaseWhy{
    .noun = "release",
    .name = "why",
    .summary = "Say why a device has or has not each release of a task",
    .details = "Example: walle-ctl release why ocr reader-7",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
