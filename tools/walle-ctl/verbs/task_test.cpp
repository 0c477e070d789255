#include <algorithm>
#include <array>
#include <filesystem>

#include "libwalle/base/file.h"
#include "tools/walle-ctl/device/device.h"
#include "tools/walle-ctl/device/expect.h"
#include "tools/walle-ctl/device/task_session.h"
#include "tools/walle-ctl/frame/context.h"
#include "tools/walle-ctl/frame/verb.h"

namespace walle::ctl {
namespace {

namespace fs = std::filesystem;

constexpr std::array<ArgumentDef, 3> kArguments{
    {{.name = "DIR",
      .help = "Folder with task.toml and cases/*.json",
      .required = true,
      .completes = Completes::folder},
     {.name = "--case", .value = "NAME", .help = "Only cases/NAME.json", .many = true},
     {.name = "-v,--verbose", .help = "Also show walled's own log"}}};

struct Case {
  std::string name;
  std::vector<wire::Event> events;
  Value expect;
  std::string status = "ok";
  Tolerance tolerance;
};

Result<Case> read_case(const fs::path& file) {
  const std::string text = WALLE_TRY(read_text(file.string(), 64U << 20));
  const Value value = WALLE_TRY(parse_json(text, {.bytes = 64U << 20}));
  if (!value.is_object()) return fail(ErrorCode::invalid_argument, "a case is a map with event, or events, and expect");
  for (const auto& [key, member] : value.items())
    if (key != "event" && key != "events" && key != "expect" && key != "status" && key != "tolerance" && key != "about")
      return fail(ErrorCode::invalid_argument,
                  "unknown key '" + key + "'; known are about, event, events, expect, status, tolerance");
  if (value.contains("event") == value.contains("events"))
    return fail(ErrorCode::invalid_argument, "a case has either event or events");
  Case made{.name = file.stem().string()};
  const Value& events = value.contains("event") ? value["event"] : value["events"];
  made.events = WALLE_TRY(wire::events_from_json(to_json(events), file.parent_path().string()));
  made.expect = value.value("expect", Value::object());
  made.status = WALLE_TRY(get_string_or(value, "status", "ok"));
  made.tolerance.relative = WALLE_TRY(get_number_or(value, "tolerance", made.tolerance.relative));
  return made;
}

Result<std::vector<Case>> read_cases(const std::string& folder, const std::vector<std::string>& only) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder + "/cases", error))
    if (entry.path().extension() == ".json" &&
        (only.empty() || std::find(only.begin(), only.end(), entry.path().stem().string()) != only.end()))
      files.push_back(entry.path());
  if (files.empty())
    return fail(ErrorCode::not_found, only.empty() ? "'" + folder +
                                                         "/cases' has no *.json; a case is {\"event\": …, "
                                                         "\"expect\": …}"
                                                   : "there is no such case in '" + folder + "/cases'");
  std::sort(files.begin(), files.end());
  std::vector<Case> cases;
  for (const fs::path& file : files) {
    auto made = read_case(file);
    if (!made) return fail(made.error().with(file.string()));
    cases.push_back(std::move(*made));
  }
  return cases;
}

/// What is wrong with a case's record; nothing: it passed.
std::vector<std::string> judge(const Case& test, const Value& record) {
  const std::string status = get_string_or(record, "status", "").value_or("");
  if (status != test.status)
    return {status == "failed" ? failure_text(record) : "status: ok instead of " + test.status};
  const char* part = status == "ok" ? "result" : "error";
  return differences(test.expect, record.value(part, Value()), test.tolerance);
}

Result<int> run(Context& context, const Arguments& arguments) {
  const auto cases = WALLE_TRY(read_cases(arguments.text("DIR"), arguments.list("--case")));
  const auto session = WALLE_TRY(TaskSession::start(arguments.text("DIR"), arguments.has("--verbose")));
  size_t failed = 0;
  for (const Case& test : cases) {
    const Value record = WALLE_TRY(session->run(test.events));
    const auto wrong = judge(test, record);
    if (!wrong.empty()) ++failed;
    std::string text = (wrong.empty() ? "ok      " : "FAILED  ") + test.name + "  " +
                       cell(record.value("time_us", Value()), Format::duration_us);
    for (const std::string& each : wrong) text += "\n        " + each;
    context.output().line({{"case", test.name},
                           {"ok", wrong.empty()},
                           {"time_us", record.value("time_us", Value())},
                           {"differences", wrong}},
                          text);
  }
  context.output().say(std::to_string(cases.size() - failed) + " of " + std::to_string(cases.size()) + " cases passed");
  return failed == 0 ? 0 : 1;
}

}  // namespace

extern const VerbDef kTaskTest;
const VerbDef kTaskTest{
    .noun = "task",
    .name = "test",
    .summary = "Run a task's cases and compare the results",
    .details =
        "A case: {\"event\": {…} or \"events\": […], \"expect\": {…}, \"status\": \"ok\", \"tolerance\": 0.001}.\n"
        "expect names what the result has to hold (of a failed run: its error); numbers are compared within the\n"
        "relative tolerance. With --json a line for each case.",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
