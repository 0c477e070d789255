#include <array>

#include "tools/walle-ctl/broker/client.h"

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 2> kArguments{{
    {.name = "RELEASE", .help = "TASK/vX.Y.Z (the newest of it) or a number", .required = true},
    {.name = "--reason", .value = "TEXT", .help = "For the audit log"},
}};

Result<int> run(Context& context, const Arguments& arguments) { return act_on_release(context, arguments, "resume"); }

}  // namespace

extern const VerbDef kReleaseResume;
const VerbDef kReleaseResume{
    .noun = "release",
    .name = "resume",
    .summary = "Go on with a paused release",
    .details = "The open stage soaks anew.",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
