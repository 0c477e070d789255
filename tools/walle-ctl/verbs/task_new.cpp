#include <array>
#include <filesystem>

#include "libwalle/base/file.h"
#include "libwalle/base/parse.h"
#include "tools/walle-ctl/frame/context.h"
#include "tools/walle-ctl/frame/verb.h"

namespace walle::ctl {
namespace {

namespace fs = std::filesystem;

constexpr std::array<ArgumentDef, 1> kArguments{
    {{.name = "NAME", .help = "Name of the task and of its folder", .required = true, .completes = Completes::folder}}};

constexpr std::string_view kToml = R"(name    = "@NAME@"
version = "1.0.0"
on      = ["main.enter .. main.exit within 10m"]

[permissions]
store = ["visits"]
)";

constexpr std::string_view kMain = R"(from walle import log, store


def run(event, ctx):
    events = event["events"]
    row = {"events": len(events), "last": events[-1]["id"]}
    store.append("visits", row)
    log.info("visit", **row)
    return row
)";

constexpr std::string_view kCase = R"({
  "about": "a visit without anything in between",
  "events": [{"id": "enter", "page": "main"}, {"id": "exit", "page": "main"}],
  "expect": {"events": 2, "last": "exit"}
}
)";

Result<int> run(Context& context, const Arguments& arguments) {
  const fs::path folder = arguments.text("NAME");
  const std::string name = folder.filename().string();
  if (!is_name(name)) return usage_error("a task's name is [a-z][a-z0-9_-]{0,63}, not '" + name + "'");
  std::error_code error;
  if (fs::exists(folder, error)) return fail(ErrorCode::already_exists, "'" + folder.string() + "' exists already");
  WALLE_TRY(make_folders((folder / "cases").string()));
  std::string toml(kToml);
  toml.replace(toml.find("@NAME@"), 6, name);
  WALLE_TRY(write_file_atomically((folder / "task.toml").string(), toml));
  WALLE_TRY(write_file_atomically((folder / "main.py").string(), kMain));
  WALLE_TRY(write_file_atomically((folder / "cases/visit.json").string(), kCase));
  if (context.json()) context.output().document({{"folder", folder.string()}});
  context.output().say("made " + folder.string() + "; try: walle-ctl task test " + folder.string());
  return 0;
}

}  // namespace

extern const VerbDef kTaskNew;
const VerbDef kTaskNew{
    .noun = "task",
    .name = "new",
    .summary = "Make the folder of a new task that runs and has a test",
    .details = "",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
