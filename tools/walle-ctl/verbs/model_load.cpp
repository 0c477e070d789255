#include <fcntl.h>

#include <array>
#include <filesystem>

#include "ipc/client/manager.h"
#include "libwalle/base/file.h"
#include "tools/walle-ctl/device/device.h"
#include "tools/walle-ctl/frame/context.h"
#include "tools/walle-ctl/frame/verb.h"

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 2> kArguments{
    {{.name = "FILE", .help = "A .walle file", .required = true, .completes = Completes::file},
     {.name = "--name", .value = "NAME", .help = "Its name (default: the file's)"}}};

Result<int> run(Context& context, const Arguments& arguments) {
  const std::string file = arguments.text("FILE");
  const std::string name = arguments.text("--name", std::filesystem::path(file).stem().string());
  UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return fail(system_error("open", file));
  auto connection = WALLE_TRY(connect(context));
  client::Manager manager(connection);
  const Value model = WALLE_TRY(manager.load_model(std::move(fd), name, {{"keep", true}}));
  if (context.json()) context.output().document(model);
  context.output().say("model " + name + " is open");
  return 0;
}

}  // namespace

extern const VerbDef kModelLoad;
const VerbDef kModelLoad{
    .noun = "model",
    .name = "load",
    .summary = "Open a model for apps until it is unloaded",
    .details = "Example: walle-ctl model load classifier.walle --name cls",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
