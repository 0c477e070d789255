#include <CLI/CLI.hpp>
#include <iostream>
#include <vector>

#include "libwalle/base/command_line.h"
#include "tools/walle-model/command_line.h"
#include "tools/walle-model/files/profile.h"
#include "tools/walle-model/verb.h"

namespace walle::workbench {
namespace {

int fail_with(const Error& error) {
  std::cerr << "walle-model: " << error.message << '\n';
  return 1;
}

int main_of(int argc, char** argv) {
  CLI::App app("The author's workbench for models: converts, runs, measures and explains them, without a daemon.",
               "walle-model");
  app.set_version_flag("--version", "walle-model " WALLE_VERSION);
  app.require_subcommand(1);
  app.footer(
      "MODEL is a .walle, .onnx or .tflite file (converted in memory).\nExit code: 0 done, 1 refused or failed, 2 "
      "usage.");
  std::vector<std::pair<CLI::App*, Command>> commands;
  for (const VerbDef* def : verbs()) {
    CLI::App* verb = app.add_subcommand(std::string(def->name), std::string(def->summary));
    verb->footer(std::string(def->details));
    CommandLine line(*verb);
    commands.emplace_back(verb, def->attach(line));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    std::cerr << "walle-model: " << usage_message(error.what(), app.remaining(true))
              << "\nTry 'walle-model --help', or --help after a verb.\n";
    return 2;
  }
  for (const auto& [verb, command] : commands) {
    if (!verb->parsed()) continue;
    if (const Status used = use_default_profile(); !used) return fail_with(used.error());
    const auto code = command();
    return code ? *code : fail_with(code.error());
  }
  return 2;
}

}  // namespace
}  // namespace walle::workbench

int main(int argc, char** argv) { return walle::workbench::main_of(argc, argv); }
