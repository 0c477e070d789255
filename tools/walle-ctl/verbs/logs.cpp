#include <unistd.h>

#include <array>

#include "ipc/client/manager.h"
#include "tools/walle-ctl/device/device.h"
#include "tools/walle-ctl/frame/context.h"
#include "tools/walle-ctl/frame/verb.h"

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 4> kArguments{
    {{.name = "--task", .value = "TASK", .help = "Only lines of this task", .completes = Completes::task},
     {.name = "--level", .value = "LEVEL", .help = "At least debug, info (default), warning or error"},
     {.name = "-n,--limit", .value = "N", .help = "Newest lines (default 100)"},
     {.name = "-f,--follow", .help = "Go on with what is written from now on"}}};

constexpr int64_t kPollUs = 300'000;

void show(Context& context, const Value& line) {
  const std::string task = get_string_or(line, "task", "").value_or("");
  std::string text = cell(line.value("time_us", Value()), Format::time_us) + "  " +
                     get_string_or(line, "level", "").value_or("") + "  ";
  if (!task.empty())
    text += task + " " + get_string_or(line, "version", "").value_or("") + " run " +
            cell(line.value("run", Value()), Format::plain) + ": ";
  text += cell(line.value("text", Value()), Format::plain);
  if (line.contains("fields") && !line["fields"].empty()) text += "  " + to_json(line["fields"]);
  context.output().line(line, text);
}

Result<int> run(Context& context, const Arguments& arguments) {
  const int64_t limit = WALLE_TRY(arguments.integer("--limit", 100, 1, 10'000));
  Value options{{"limit", limit}, {"level", arguments.text("--level", "info")}};
  if (arguments.has("--task")) options["task"] = arguments.text("--task");
  auto connection = WALLE_TRY(connect(context));
  client::Manager manager(connection);
  for (;;) {
    for (const Value& line : WALLE_TRY(manager.get_log(options))) {
      show(context, line);
      options["after"] = get_int_or(line, "number", 0).value_or(0);
    }
    if (!arguments.has("--follow")) return 0;
    ::usleep(kPollUs);
  }
}

}  // namespace

extern const VerbDef kLogs;
const VerbDef kLogs{
    .noun = "",
    .name = "logs",
    .summary = "Show what the service and its tasks wrote",
    .details = "The whole log is in the journal: journalctl -u walled\nExample: walle-ctl logs --task ocr -f",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
