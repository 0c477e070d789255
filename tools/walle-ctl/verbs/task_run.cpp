#include <array>

#include "tools/walle-ctl/device/device.h"
#include "tools/walle-ctl/device/task_session.h"
#include "tools/walle-ctl/frame/context.h"
#include "tools/walle-ctl/frame/verb.h"

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 4> kArguments{
    {{.name = "DIR", .help = "Folder with task.toml", .required = true, .completes = Completes::folder},
     {.name = "--event",
      .value = "FILE",
      .help = "Run once with this event, or list of events, without asking the conditions",
      .completes = Completes::file},
     {.name = "--sequence",
      .value = "FILE",
      .help = "Play the events through the conditions; a line for each run",
      .completes = Completes::file},
     {.name = "-v,--verbose", .help = "Also show walled's own log"}}};

void show_log(Context& context, TaskSession& session) {
  if (context.json()) return;
  for (const std::string& line : session.log_lines()) note(line);
}

Result<int> run_once(Context& context, TaskSession& session, const std::vector<wire::Event>& events) {
  const Value record = WALLE_TRY(session.run(events));
  show_log(context, session);
  const bool ok = record.value("status", "") == "ok";
  if (context.json())
    context.output().document(outcome(record));
  else if (ok)
    context.output().document(record.value("result", Value()));
  else
    note(failure_text(record));
  context.output().say(ok ? "ok, " + cell(record.value("time_us", Value()), Format::duration_us) : "");
  return ok ? 0 : 1;
}

Result<int> run_sequence(Context& context, TaskSession& session, const std::vector<wire::Event>& events) {
  int code = 0;
  size_t runs = 0;
  WALLE_TRY(session.play(events, [&](const Value& record) {
    ++runs;
    const bool ok = record.value("status", "") == "ok";
    if (!ok) code = 1;
    context.output().line(outcome(record), ok ? "ok      " + to_json(record.value("result", Value()))
                                              : "failed  " + failure_text(record));
  }));
  show_log(context, session);
  if (runs == 0) context.output().say("no condition was met");
  return code;
}

Result<int> run(Context& context, const Arguments& arguments) {
  if (arguments.has("--event") == arguments.has("--sequence"))
    return usage_error("give either --event FILE or --sequence FILE");
  const bool once = arguments.has("--event");
  const auto events = WALLE_TRY(read_events(arguments.text(once ? "--event" : "--sequence")));
  const auto session = WALLE_TRY(TaskSession::start(arguments.text("DIR"), arguments.has("--verbose")));
  return once ? run_once(context, *session, events) : run_sequence(context, *session, events);
}

}  // namespace

extern const VerbDef kTaskRun;
const VerbDef kTaskRun{
    .noun = "task",
    .name = "run",
    .summary = "Run a task's folder here, exactly as on a device",
    .details =
        "Starts a private walled, converts the models (kept in the user's cache), installs, runs, removes.\n"
        "Examples:\n"
        "  walle-ctl task run ocr --event ocr/cases/page.json\n"
        "  walle-ctl task run ocr --sequence visit.json --json\n"
        "With --json: {\"status\": \"ok\" or \"failed\", \"result\", \"error\", \"time_us\"}. Exit code 1 when it "
        "failed.",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
