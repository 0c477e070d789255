#include <array>

#include "tools/walle-ctl/broker/client.h"

namespace walle::ctl {
namespace {

constexpr std::array<Column, 4> kColumns{
    {{"device", "DEVICE"}, {"labels", "LABELS"}, {"last_seen_us", "LAST SEEN", Format::time_us}, {"tasks", "TASKS"}}};

Value row_of(const Value& device) {
  Value row = device;
  std::string labels;
  std::string tasks;
  for (const auto& [key, value] : device["labels"].items())
    labels += (labels.empty() ? "" : " ") + key + "=" + (value.is_string() ? value.get<std::string>() : to_json(value));
  for (const Value& task : device["tasks"])
    tasks += (tasks.empty() ? "" : " ") + task.value("task", "") + "/v" + task.value("version", "");
  row["labels"] = labels;
  row["tasks"] = tasks;
  return row;
}

Result<int> run(Context& context, const Arguments&) {
  std::vector<Value> rows;
  std::string after;
  while (true) {
    const Value answer = WALLE_TRY(broker_get(context, "/v1/devices?limit=1000&after=" + url_part(after)));
    const Value* devices = WALLE_TRY(get_list(answer, "devices"));
    for (const Value& device : *devices) rows.push_back(context.json() ? device : row_of(device));
    if (devices->size() < 1000) break;
    after = devices->back().value("device", "");
  }
  context.output().table(kColumns, rows, "no devices yet; walle-ctl device enrol makes a token for one");
  return 0;
}

}  // namespace

extern const VerbDef kDeviceList;
const VerbDef kDeviceList{
    .noun = "device",
    .name = "list",
    .summary = "List the devices that the broker knows",
    .details = "",
    .arguments = {},
    .run = run,
};

}  // namespace walle::ctl
