#include <array>

#include "tools/walle-ctl/broker/client.h"

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 2> kArguments{{
    {.name = "RELEASE", .help = "TASK/vX.Y.Z (the newest of it) or a number", .required = true},
    {.name = "--reason", .value = "TEXT", .help = "For the audit log"},
}};

Result<int> run(Context& context, const Arguments& arguments) { return act_on_release(context, arguments, "pause"); }

}  // namespace

extern const VerbDef kReleasePause;
const VerbDef kReleasePause{
    .noun = "release",
    .name = "pause",
    .summary = "Stop offering a release to further devices",
    .details = "Devices that have it keep it; walle-ctl release resume goes on.",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
