#include <array>
#include <filesystem>

#include "libwalle/base/file.h"
#include "tools/walle-ctl/broker/client.h"

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 3> kArguments{{
    {.name = "TAG", .help = "Signed tag TASK/vX.Y.Z", .required = true},
    {.name = "--scenario",
     .value = "PATH",
     .help = "Git repository, as the broker sees it (.)",
     .completes = Completes::folder},
    {.name = "--policy", .value = "FILE", .help = "rollout.toml (all devices at once)", .completes = Completes::file},
}};

Result<int> run(Context& context, const Arguments& arguments) {
  Value body = {{"tag", arguments.text("TAG")}};
  std::error_code error;
  const auto path = std::filesystem::absolute(arguments.text("--scenario", "."), error).lexically_normal();
  body["repository"] = path.string();
  if (arguments.has("--policy")) body["plan"] = WALLE_TRY(read_text(arguments.text("--policy"), 1U << 20));
  const Value release = WALLE_TRY(broker_post(context, "/v1/releases", body));
  if (context.json()) {
    context.output().document(release);
  } else {
    context.output().record(release_columns(), release_row(release));
    context.output().say("follow it with: walle-ctl release watch " + arguments.text("TAG"));
  }
  return 0;
}

}  // namespace

extern const VerbDef kReleaseCreate;
const VerbDef kReleaseCreate{
    .noun = "release",
    .name = "create",
    .summary = "Release a signed tag to the devices that a policy targets",
    .details = "Example: walle-ctl release create ocr/v1.2.0 --scenario /srv/git/library.git --policy rollout.toml",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
