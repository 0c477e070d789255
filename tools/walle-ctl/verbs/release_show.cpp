#include <array>

#include "tools/walle-ctl/broker/client.h"

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 1> kArguments{{
    {.name = "RELEASE", .help = "TASK/vX.Y.Z (the newest of it) or a number", .required = true},
}};
constexpr std::array<Column, 5> kDevices{{{"device", "DEVICE"},
                                          {"stage", "STAGE"},
                                          {"offered_us", "OFFERED", Format::time_us},
                                          {"outcome", "OUTCOME"},
                                          {"reason", "REASON"}}};
constexpr std::array<Column, 7> kStages{{{"name", "STAGE"},
                                         {"policy", "POLICY"},
                                         {"share", "SHARE"},
                                         {"success", "SUCCESS"},
                                         {"soak_us", "SOAK", Format::duration_us},
                                         {"approval", "APPROVAL"},
                                         {"open", "OPEN"}}};

Result<int> run(Context& context, const Arguments& arguments) {
  const Value release = WALLE_TRY(find_release(context, arguments.text("RELEASE")));
  Output& output = context.output();
  if (context.json()) {
    output.document(release);
    return 0;
  }
  output.record(release_columns(), release_row(release));
  const Value* stages = WALLE_TRY(get_list(release, "stages"));
  const Value* devices = WALLE_TRY(get_list(release, "devices"));
  std::vector<Value> rows(stages->begin(), stages->end());
  const bool started = release.value("state", "") != "draft" && release.value("state", "") != "simulated";
  for (size_t i = 0; i < rows.size(); ++i)
    rows[i]["open"] = started && static_cast<int64_t>(i) <= release.value("stage_index", int64_t{0}) ? "yes" : "no";
  output.table(kStages, rows, "");
  output.table(kDevices, {devices->begin(), devices->end()}, "no device has been offered it yet");
  if (release.contains("simulation") && release["simulation"].is_object())
    output.say("simulation: " + release["simulation"].value("summary", ""));
  return 0;
}

}  // namespace

extern const VerbDef kReleaseShow;
const VerbDef kReleaseShow{
    .noun = "release",
    .name = "show",
    .summary = "Show one release with its stages and devices",
    .details = "",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
