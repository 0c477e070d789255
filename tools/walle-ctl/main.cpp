#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>

#include "libwalle/base/command_line.h"
#include "libwalle/base/file.h"
#include "tools/walle-ctl/frame/context.h"
#include "tools/walle-ctl/frame/verb.h"

namespace walle::ctl {
namespace {

struct Globals {
  bool json = false;
  std::string bus;
  std::string broker;
  std::string token_file;
};

/// A verb as CLI11 sees it; the values land here.
struct BoundVerb {
  const VerbDef* def = nullptr;
  CLI::App* app = nullptr;
  std::map<std::string, std::vector<std::string>> values;
  std::map<std::string, bool> flags;
};

std::string plain_name(std::string_view name) {
  const size_t comma = name.find(',');
  return std::string(comma == std::string_view::npos ? name : name.substr(comma + 1));
}

void add_globals(CLI::App& app, Globals& globals) {
  app.add_flag("--json", globals.json, "One JSON document on stdout (one a line for streams), nothing else");
  app.add_option("--bus", globals.bus, "The device's bus: system, session or an address (WALLE_BUS; system)")
      ->type_name("ADDRESS");
  app.add_option("--broker", globals.broker, "URL of the broker's API (WALLE_BROKER)")->type_name("URL");
  app.add_option("--token-file", globals.token_file, "File with the broker's access token (else WALLE_TOKEN)")
      ->type_name("FILE");
}

void add_argument(BoundVerb& verb, const ArgumentDef& argument) {
  const std::string name = plain_name(argument.name);
  if (argument.value.empty() && argument.name.starts_with("-")) {
    verb.app->add_flag(std::string(argument.name), verb.flags[name], std::string(argument.help));
    return;
  }
  auto* option = verb.app->add_option(std::string(argument.name), verb.values[name], std::string(argument.help));
  option->required(argument.required);
  if (!argument.many) {
    option->expected(1);
    // Else the first positional takes what belongs to the next.
    option->allow_extra_args(false);
    option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }
  option->type_name(argument.name.starts_with("-") ? std::string(argument.value) : "");
}

Arguments arguments_of(const BoundVerb& verb) {
  Arguments arguments;
  for (const auto& [name, values] : verb.values)
    if (!values.empty()) arguments.set(name, values);
  for (const auto& [name, given] : verb.flags)
    if (given) arguments.set(name, {});
  return arguments;
}

std::string environment(const char* name, std::string given, const char* fallback) {
  if (!given.empty()) return given;
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : fallback;
}

Result<Context> make_context(const Globals& globals) {
  std::string token = environment("WALLE_TOKEN", "", "");
  if (!globals.token_file.empty()) {
    token = WALLE_TRY(read_text(globals.token_file, 64U << 10));
    token.erase(token.find_last_not_of(" \r\n\t") + 1);
  }
  return Context(globals.json, environment("WALLE_BUS", globals.bus, "system"),
                 environment("WALLE_BROKER", globals.broker, ""), std::move(token));
}

int run(const BoundVerb& verb, const Globals& globals) {
  auto context = make_context(globals);
  if (!context) {
    note(context.error().message);
    return 1;
  }
  auto code = verb.def->run(*context, arguments_of(verb));
  if (code) return *code;
  note(code.error().message);
  return is_usage_error(code.error()) ? 2 : 1;
}

int main_of(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_DFL);
  CLI::App app("Administers a Walle device (over D-Bus) and the broker (over its API).", "walle-ctl");
  app.set_version_flag("--version", "walle-ctl " WALLE_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  Globals globals;
  add_globals(app, globals);
  std::map<std::string, CLI::App*, std::less<>> nouns;
  std::vector<std::unique_ptr<BoundVerb>> bound;
  for (const VerbDef* def : verbs()) {
    CLI::App* parent = &app;
    if (!def->noun.empty()) {
      auto& noun = nouns[std::string(def->noun)];
      if (noun == nullptr) {
        noun = app.add_subcommand(std::string(def->noun), "see walle-ctl " + std::string(def->noun) + " --help");
        noun->require_subcommand(1);
        noun->fallthrough();
      }
      parent = noun;
    }
    auto verb = std::make_unique<BoundVerb>();
    verb->def = def;
    verb->app = parent->add_subcommand(std::string(def->name), std::string(def->summary));
    verb->app->footer(std::string(def->details));
    verb->app->fallthrough();
    for (const ArgumentDef& argument : def->arguments) add_argument(*verb, argument);
    bound.push_back(std::move(verb));
  }
  for (const auto& [name, noun] : nouns) {
    std::string words;
    for (const auto& verb : bound)
      if (verb->def->noun == name) words += (words.empty() ? "" : ", ") + std::string(verb->def->name);
    noun->description(words);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    std::cerr << "walle-ctl: " << usage_message(error.what(), app.remaining(true))
              << "\nTry 'walle-ctl --help', or --help after a verb.\n";
    return 2;
  }
  for (const auto& verb : bound)
    if (verb->app->parsed()) return run(*verb, globals);
  return 2;
}

}  // namespace
}  // namespace walle::ctl

int main(int argc, char** argv) { return walle::ctl::main_of(argc, argv); }
