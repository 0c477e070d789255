// walle-fleet: simulated devices against a real broker.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "libwalle/base/file.h"
#include "libwalle/base/parse.h"
#include "tools/walle-fleet/fleet.h"

namespace {

using namespace walle;

struct Arguments {
  fleet::FleetOptions options;
  std::string token_file, step = "50ms", interval = "10s";
  std::vector<std::string> labels;
  bool json = false;
};

Status complete(Arguments& arguments) {
  fleet::FleetOptions& options = arguments.options;
  options.behaviour.step_us = WALLE_TRY(parse_duration_us(arguments.step));
  options.behaviour.report_us = WALLE_TRY(parse_duration_us(arguments.interval));
  if (!arguments.token_file.empty()) options.token = WALLE_TRY(read_text(arguments.token_file, 4096));
  while (!options.token.empty() && options.token.back() == '\n') options.token.pop_back();
  for (const std::string& label : arguments.labels) {
    const size_t at = label.find('=');
    if (at == std::string::npos) {
      return fail(ErrorCode::invalid_argument, "--label takes KEY=VALUE, not '" + label + "'");
    }
    options.labels[label.substr(0, at)] = label.substr(at + 1);
  }
  // A connection is a descriptor or two.
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return {};
}

int run(Arguments& arguments) {
  const Status ready = complete(arguments);
  const auto progress = [](const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); };
  const auto result = ready ? fleet::run_fleet(arguments.options, progress) : fail(ready.error());
  if (!result) {
    std::fprintf(stderr, "walle-fleet: %s\n", result.error().message.c_str());
    return 1;
  }
  std::printf("%s\n", arguments.json ? to_json(*result).c_str() : fleet::table_of(*result).c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  fleet::FleetOptions& options = arguments.options;
  CLI::App app("walle-fleet: simulated devices that speak the real protocol with the real update agent.");
  app.require_subcommand(1);
  auto* run_verb = app.add_subcommand("run", "Enrols devices at a broker and runs them");
  run_verb->add_option("--devices", options.devices, "how many")->check(CLI::Range(1, 100000));
  run_verb->add_option("--broker", options.broker, "the broker's API, https://HOST:PORT")->required();
  run_verb->add_option("--token-file", arguments.token_file, "file with an enrolment token for so many uses");
  run_verb->add_option("--token", options.token, "the token itself");
  run_verb->add_option("--ca", options.ca_file, "CA of the API's certificate (PEM)");
  run_verb->add_option("--state-dir", options.folder, "keeps the devices' identities")->default_val("./walle-fleet");
  run_verb->add_option("--prefix", options.prefix, "of the devices' names")->default_val("sim-");
  run_verb->add_option("--label", arguments.labels, "KEY=VALUE for all, several times");
  run_verb->add_option("--failure-rate", options.behaviour.failure_rate, "share of devices on which a version fails")
      ->check(CLI::Range(0.0, 1.0));
  run_verb->add_option("--step", arguments.step, "mean time of each effect")->default_val("50ms");
  run_verb->add_option("--report-interval", arguments.interval, "between reports")->default_val("10s");
  run_verb->add_option("--seconds", options.seconds, "end after; 0: at Ctrl-C");
  run_verb->add_option("--settle", options.settle_seconds,
                       "end after so many seconds without a change, once updates ran");
  run_verb->add_flag("--json", arguments.json, "one JSON document instead of the table");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  return run(arguments);
}
