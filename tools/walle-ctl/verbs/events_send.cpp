#include <array>

#include "tools/walle-ctl/device/device.h"
#include "tools/walle-ctl/frame/context.h"
#include "tools/walle-ctl/frame/verb.h"

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 1> kArguments{{{.name = "FILE",
                                                  .help = "JSON with one event or a list of them; - is stdin",
                                                  .required = true,
                                                  .completes = Completes::file}}};

Result<int> run(Context& context, const Arguments& arguments) {
  const auto events = WALLE_TRY(read_events(arguments.text("FILE")));
  auto connection = WALLE_TRY(connect(context));
  const auto numbers = WALLE_TRY(send_events(connection, events));
  if (context.json()) context.output().document({{"accepted", numbers.size()}, {"ids", numbers}});
  context.output().say(std::to_string(numbers.size()) + (numbers.size() == 1 ? " event" : " events") + " accepted");
  return 0;
}

}  // namespace

extern const VerbDef kEventsSend;
const VerbDef kEventsSend{
    .noun = "events",
    .name = "send",
    .summary = "Send events to the device",
    .details =
        "Example: echo '{\"id\": \"enter\", \"page\": \"reader\"}' | walle-ctl events send -\n"
        "{\"$file\": \"x.png\"} in contents stands for the bytes of a file beside FILE.",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
