#include "tools/walle-ctl/frame/completion.h"

#include <array>
#include <iostream>

#include "tools/walle-ctl/frame/context.h"
#include "tools/walle-ctl/frame/verb.h"

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 1> kArguments{{{.name = "SHELL", .help = "bash", .required = true}}};

Result<int> run(Context&, const Arguments& arguments) {
  if (arguments.text("SHELL") != "bash")
    return usage_error("completion is made for bash, not for '" + arguments.text("SHELL") + "'");
  std::cout << bash_completion(verbs());
  return 0;
}

}  // namespace

extern const VerbDef kCompletion;
const VerbDef kCompletion{
    .noun = "",
    .name = "completion",
    .summary = "Print the completion script of a shell",
    .details = "Example: walle-ctl completion bash > /etc/bash_completion.d/walle-ctl",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
