#include <array>

#include "tools/walle-ctl/broker/client.h"

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 2> kArguments{{
    {.name = "RELEASE", .help = "TASK/vX.Y.Z (the newest of it) or a number", .required = true},
    {.name = "--reason", .value = "TEXT", .help = "For the audit log"},
}};

Result<int> run(Context& context, const Arguments& arguments) { return act_on_release(context, arguments, "rollback"); }

}  // namespace

extern const VerbDef kReleaseRollback;
const VerbDef kReleaseRollback{
    .noun = "release",
    .name = "rollback",
    .summary = "Take a release back: its devices get the version before",
    .details = "Nothing is downloaded: devices keep the version before on disk.",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
