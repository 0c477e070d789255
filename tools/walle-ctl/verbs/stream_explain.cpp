#include <array>

#include "ipc/client/stream.h"
#include "tools/walle-ctl/device/device.h"
#include "tools/walle-ctl/frame/context.h"
#include "tools/walle-ctl/frame/verb.h"

namespace walle::ctl {
namespace {

constexpr std::array<Column, 5> kColumns{
    {{"task", "TASK"}, {"condition", "CONDITION"}, {"pending", "BEGUN"}, {"steps", "STEPS DONE"}, {"since", "SINCE"}}};

Result<int> run(Context& context, const Arguments&) {
  auto connection = WALLE_TRY(connect(context));
  client::Stream stream(connection);
  auto answer = WALLE_TRY(stream.explain(Value::object()));
  if (context.json()) {
    context.output().document({{"conditions", answer.conditions}, {"state", answer.state}});
    return 0;
  }
  for (Value& row : answer.conditions)
    row["since"] = row["since_us"] == 0 ? "" : cell(row["since_us"], Format::time_us);
  context.output().table(kColumns, answer.conditions, "no task has a condition; see walle-ctl task list");
  const Value& state = answer.state;
  const auto number = [&](const char* key) { return cell(state.value(key, Value()), Format::plain); };
  context.output().say(number("fired") + " fired since the start; " + number("pending") + " begun matches in " +
                       number("nodes") + " nodes; an event with its own time waits " +
                       cell(state.value("waiting_us", Value()), Format::duration_us) + " for older ones");
  return 0;
}

}  // namespace

extern const VerbDef kStreamExplain;
const VerbDef kStreamExplain{
    .noun = "stream",
    .name = "explain",
    .summary = "Show the trigger conditions and how near each is to being met",
    .details = "BEGUN: beginnings of the condition that are matched so far; STEPS DONE: of the furthest of them.",
    .arguments = {},
    .run = run,
};

}  // namespace walle::ctl
