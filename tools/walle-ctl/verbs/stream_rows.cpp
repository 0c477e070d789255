#include <array>
#include <set>

#include "ipc/client/stream.h"
#include "tools/walle-ctl/device/device.h"
#include "tools/walle-ctl/frame/context.h"
#include "tools/walle-ctl/frame/verb.h"

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 2> kArguments{
    {{.name = "TABLE", .help = "Table of collective storage", .required = true},
     {.name = "-n,--limit", .value = "N", .help = "Newest rows (default 100)"}}};

Result<int> run(Context& context, const Arguments& arguments) {
  const int64_t limit = WALLE_TRY(arguments.integer("--limit", 100, 1, 10'000));
  auto connection = WALLE_TRY(connect(context));
  client::Stream stream(connection);
  auto rows = WALLE_TRY(stream.rows(arguments.text("TABLE"), {{"limit", limit}, {"newest_first", true}}));
  std::vector<Value> oldest_first(rows.rbegin(), rows.rend());
  std::set<std::string> keys;
  for (const Value& row : oldest_first)
    for (const auto& [key, value] : row.items()) keys.insert(key);
  std::vector<Column> columns;
  for (const std::string& key : keys) columns.push_back({key, key});
  context.output().table(columns, oldest_first, "the table has no rows");
  return 0;
}

}  // namespace

extern const VerbDef kStreamRows;
const VerbDef kStreamRows{
    .noun = "stream",
    .name = "rows",
    .summary = "Show what tasks stored",
    .details = "Example: walle-ctl stream rows lines",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
