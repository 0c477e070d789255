#include "tools/walle-ctl/broker/client.h"

namespace walle::ctl {
namespace {

Result<int> run(Context& context, const Arguments&) {
  const Value answer = WALLE_TRY(broker_get(context, "/v1/releases"));
  const Value* releases = WALLE_TRY(get_list(answer, "releases"));
  std::vector<Value> rows;
  for (const Value& release : *releases) rows.push_back(context.json() ? release : release_row(release));
  context.output().table(release_columns(), rows, "no releases yet; walle-ctl release create makes one");
  return 0;
}

}  // namespace

extern const VerbDef kReleaseList;
const VerbDef kReleaseList{
    .noun = "release",
    .name = "list",
    .summary = "List releases, newest first",
    .details = "",
    .arguments = {},
    .run = run,
};

}  // namespace walle::ctl
