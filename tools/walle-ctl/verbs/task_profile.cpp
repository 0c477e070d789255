#include <algorithm>
#include <array>

#include "tools/walle-ctl/device/device.h"
#include "tools/walle-ctl/device/task_session.h"
#include "tools/walle-ctl/frame/context.h"
#include "tools/walle-ctl/frame/verb.h"

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 3> kArguments{
    {{.name = "DIR", .help = "Folder with task.toml", .required = true, .completes = Completes::folder},
     {.name = "--event",
      .value = "FILE",
      .help = "The event, or list of events, of each run",
      .required = true,
      .completes = Completes::file},
     {.name = "-n,--runs", .value = "N", .help = "Runs to measure (10); one more before them is not counted"}}};
constexpr std::array<Column, 6> kColumns{{{"runs", "runs"},
                                          {"min_us", "fastest", Format::duration_us},
                                          {"p50_us", "median", Format::duration_us},
                                          {"max_us", "slowest", Format::duration_us},
                                          {"memory_bytes", "memory at most", Format::bytes},
                                          {"first_us", "first run", Format::duration_us}}};

int64_t number(const Value& record, std::string_view key) { return get_int_or(record, key, 0).value_or(0); }

Result<int> run(Context& context, const Arguments& arguments) {
  const int64_t runs = WALLE_TRY(arguments.integer("--runs", 10, 1, 100'000));
  const auto events = WALLE_TRY(read_events(arguments.text("--event")));
  const auto session = WALLE_TRY(TaskSession::start(arguments.text("DIR"), false));
  std::vector<int64_t> times;
  int64_t memory = 0, first_us = 0;
  for (int64_t i = 0; i <= runs; ++i) {
    const Value record = WALLE_TRY(session->run(events));
    if (record.value("status", "") != "ok") {
      note(failure_text(record));
      return 1;
    }
    memory = std::max(memory, number(record, "memory_bytes"));
    if (i == 0)
      first_us = number(record, "time_us");
    else
      times.push_back(number(record, "time_us"));
  }
  std::sort(times.begin(), times.end());
  context.output().record(kColumns, {{"runs", runs},
                                     {"min_us", times.front()},
                                     {"p50_us", times[times.size() / 2]},
                                     {"max_us", times.back()},
                                     {"memory_bytes", memory},
                                     {"first_us", first_us}});
  return 0;
}

}  // namespace

extern const VerbDef kTaskProfile;
const VerbDef kTaskProfile{
    .noun = "task",
    .name = "profile",
    .summary = "Run a task's folder many times here: time and memory of a run",
    .details = "Example: walle-ctl task profile ocr --event ocr/cases/page.json --runs 20",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
