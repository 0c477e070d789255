// walle-fleet: simulated devices, against a real broker or in virtual time.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "libwalle/base/command_line.h"
#include "libwalle/base/file.h"
#include "libwalle/base/parse.h"
#include "tools/walle-fleet/fleet.h"
#include "tools/walle-fleet/simulate/simulate.h"

namespace walle::fleet {
namespace {

void progress(const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); }

int failed(const Error& error) {
  std::fprintf(stderr, "walle-fleet: %s\n", error.message.c_str());
  return 1;
}

Result<std::map<std::string, std::string>> labels_from(const std::vector<std::string>& texts) {
  std::map<std::string, std::string> labels;
  for (const std::string& label : texts) {
    const size_t at = label.find('=');
    if (at == std::string::npos)
      return fail(ErrorCode::invalid_argument, "--label takes KEY=VALUE, not '" + label + "'");
    labels[label.substr(0, at)] = label.substr(at + 1);
  }
  return labels;
}

/// `walle-fleet run`.
struct RunArguments {
  FleetOptions options;
  std::string token_file, step = "50ms", interval = "10s";
  std::vector<std::string> labels;
  bool json = false;

  CLI::App* attach(CLI::App& app) {
    CLI::App* verb = app.add_subcommand("run", "Enrols devices at a broker and runs them");
    verb->add_option("--devices", options.devices, "how many")->check(CLI::Range(1, 100000));
    verb->add_option("--broker", options.broker, "the broker's API, https://HOST:PORT")->required();
    verb->add_option("--token-file", token_file, "file with an enrolment token for so many uses");
    verb->add_option("--token", options.token, "the token itself");
    verb->add_option("--ca", options.ca_file, "CA of the API's certificate (PEM)");
    verb->add_option("--state-dir", options.folder, "keeps the devices' identities")->default_val("./walle-fleet");
    verb->add_option("--prefix", options.prefix, "of the devices' names")->default_val("sim-");
    verb->add_option("--label", labels, "KEY=VALUE for all, several times");
    verb->add_option("--failure-rate", options.behaviour.failure_rate, "share of devices on which a version fails")
        ->check(CLI::Range(0.0, 1.0));
    verb->add_option("--step", step, "mean time of each effect")->default_val("50ms");
    verb->add_option("--report-interval", interval, "between reports")->default_val("10s");
    verb->add_option("--seconds", options.seconds, "end after; 0: at Ctrl-C");
    verb->add_option("--settle", options.settle_seconds,
                     "end after so many seconds without a change, once updates ran");
    verb->add_flag("--json", json, "one JSON document instead of the table");
    verb->footer(
        "Example: walle-fleet run --devices 100 --broker https://localhost:8443 --ca ca.pem --token T --settle 20");
    return verb;
  }

  Status complete() {
    options.behaviour.step_us = WALLE_TRY(parse_duration_us(step));
    options.behaviour.report_us = WALLE_TRY(parse_duration_us(interval));
    if (!token_file.empty()) options.token = WALLE_TRY(read_text(token_file, 4096));
    while (!options.token.empty() && options.token.back() == '\n') options.token.pop_back();
    options.labels = WALLE_TRY(labels_from(labels));
    // A connection is a descriptor or two.
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    return {};
  }

  int run() {
    const Status ready = complete();
    const auto result = ready ? run_fleet(options, progress) : fail(ready.error());
    if (!result) return failed(result.error());
    std::printf("%s\n", json ? to_json(*result).c_str() : table_of(*result).c_str());
    return 0;
  }
};

/// `walle-fleet simulate`.
struct SimulateArguments {
  SimulationOptions options;
  std::string plan, until = "1d", away = "30m", latency = "50ms", step = "50ms", download = "20s", probation = "1m",
                    interval = "10m", jitter = "30s";
  std::vector<std::string> labels;
  bool json = false;

  CLI::App* attach(CLI::App& app) {
    CLI::App* verb =
        app.add_subcommand("simulate", "Rolls a version out to a fleet in virtual time, with a network in memory");
    Conditions& conditions = options.conditions;
    verb->add_option("--devices", options.devices, "how many (1000)")->check(CLI::Range(1, 1'000'000));
    verb->add_option("--seed", options.seed, "of all chance; the same options and seed give the same result (1)");
    verb->add_option("--plan", plan, "rollout.toml (beta 1 %, gray 10 %, all; ten minutes each)");
    verb->add_option("--label", labels, "KEY=VALUE for all, several times; what the plan's targets read");
    verb->add_option("--failure-rate", conditions.failure_rate, "share of devices on which the new version fails (0)")
        ->check(CLI::Range(0.0, 1.0));
    verb->add_option("--loss", conditions.loss, "share of messages that are lost (0)")->check(CLI::Range(0.0, 0.99));
    verb->add_option("--offline", conditions.offline, "share of the time that a device has no network (0)")
        ->check(CLI::Range(0.0, 0.99));
    verb->add_option("--away", away, "how long it has none, on average")->capture_default_str();
    verb->add_option("--latency", latency, "of a message, on average")->capture_default_str();
    verb->add_option("--step", step, "mean time of each effect on the device")->capture_default_str();
    verb->add_option("--download", download, "mean time of a download")->capture_default_str();
    verb->add_option("--probation", probation, "from activation to the verdict")->capture_default_str();
    verb->add_option("--report-interval", interval, "between a device's reports")->capture_default_str();
    verb->add_option("--jitter", jitter, "over which devices spread their reports after a change")
        ->capture_default_str();
    verb->add_option("--until", until, "virtual time after which it ends in any case")->capture_default_str();
    verb->add_flag("--json", json, "one JSON document instead of the table");
    verb->footer(
        "Devices run the agent's own state machine, the broker's own decisions judge what they report; nothing is "
        "downloaded or run.\nExamples:\n  walle-fleet simulate --devices 10000\n  walle-fleet simulate --devices "
        "10000 --plan rollout.toml --failure-rate 0.2 --offline 0.3 --seed 7");
    return verb;
  }

  Status complete() {
    Conditions& conditions = options.conditions;
    options.until_us = WALLE_TRY(parse_duration_us(until));
    conditions.away_us = WALLE_TRY(parse_duration_us(away));
    conditions.latency_us = WALLE_TRY(parse_duration_us(latency));
    conditions.step_us = WALLE_TRY(parse_duration_us(step));
    conditions.download_us = WALLE_TRY(parse_duration_us(download));
    conditions.probation_us = WALLE_TRY(parse_duration_us(probation));
    conditions.report_us = WALLE_TRY(parse_duration_us(interval));
    conditions.nudge_jitter_us = WALLE_TRY(parse_duration_us(jitter));
    if (conditions.report_us < 1'000'000)
      return fail(ErrorCode::invalid_argument, "--report-interval has to be a second or more");
    if (!plan.empty()) options.plan = WALLE_TRY(read_text(plan, size_t{1} << 20));
    options.labels = WALLE_TRY(labels_from(labels));
    return {};
  }

  int run() {
    const Status ready = complete();
    const auto result = ready ? simulate(options, progress) : fail(ready.error());
    if (!result) return failed(result.error());
    std::printf("%s\n", json ? to_json(*result).c_str() : simulation_table(*result).c_str());
    return 0;
  }
};

int main_of(int argc, char** argv) {
  CLI::App app("Simulated devices with the real update agent, against a real broker or in virtual time.",
               "walle-fleet");
  app.set_version_flag("--version", "walle-fleet " WALLE_VERSION);
  app.require_subcommand(1);
  app.footer("Exit code: 0 done, 1 refused or failed, 2 usage.");
  RunArguments against_broker;
  SimulateArguments in_virtual_time;
  against_broker.attach(app);
  const CLI::App* simulation = in_virtual_time.attach(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    std::fprintf(stderr, "walle-fleet: %s\nTry 'walle-fleet --help', or --help after a verb.\n",
                 usage_message(error.what(), app.remaining(true)).c_str());
    return 2;
  }
  return simulation->parsed() ? in_virtual_time.run() : against_broker.run();
}

}  // namespace
}  // namespace walle::fleet

int main(int argc, char** argv) { return walle::fleet::main_of(argc, argv); }
