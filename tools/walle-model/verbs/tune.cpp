#include <filesystem>
#include <iostream>

#include "libwalle/base/file.h"
#include "libwalle/search/profile.h"
#include "libwalle/session/tune.h"
#include "tools/walle-model/command_line.h"
#include "tools/walle-model/files/load.h"
#include "tools/walle-model/files/print.h"
#include "tools/walle-model/files/profile.h"
#include "tools/walle-model/verb.h"

namespace walle::workbench {
namespace {

struct Options {
  ModelArguments source;
  SessionArguments session;
  double seconds = 30;
  std::string profile;
  bool json = false;
};

/// The profile that is there already; an unreadable one is an error, so that nothing is lost by a wrong name.
Result<search::Profile> known_profile(const std::string& path) {
  auto profile = search::read_profile(path);
  if (profile || profile.error().code != ErrorCode::not_found) return profile;
  return search::Profile{};
}

Value value_of(const session::TunedProblem& one) {
  return {{"problem", one.problem},           {"steps", one.steps},   {"predicted", one.predicted},
          {"predicted_us", one.predicted_us}, {"chosen", one.chosen}, {"chosen_us", one.chosen_us}};
}

struct Sums {
  double before_us = 0;
  double after_us = 0;
  int64_t changed = 0;
};

Sums sums_of(const session::TuneReport& report) {
  Sums sums;
  for (const session::TunedProblem& one : report.problems) {
    sums.before_us += static_cast<double>(one.steps) * one.predicted_us;
    sums.after_us += static_cast<double>(one.steps) * one.chosen_us;
    sums.changed += one.predicted_us > one.chosen_us ? 1 : 0;
  }
  return sums;
}

void print_json_report(const session::TuneReport& report, const search::Profile& profile, const std::string& path) {
  Value problems = Value::array();
  for (const session::TunedProblem& one : report.problems) problems.push_back(value_of(one));
  Value devices = Value::object();
  for (const auto& [name, device] : profile.devices) {
    devices[name] = {{"operations_per_us", device.operations_per_us},
                     {"bytes_per_us", device.bytes_per_us},
                     {"step_us", device.step_us}};
  }
  const Sums sums = sums_of(report);
  print_json({{"profile", path},
              {"processor", profile.processor},
              {"devices", std::move(devices)},
              {"problems", std::move(problems)},
              {"candidates", report.candidates},
              {"changed", sums.changed},
              {"left", report.left},
              {"before_us", sums.before_us},
              {"after_us", sums.after_us}});
}

void print_report(const session::TuneReport& report, const search::Profile& profile, const std::string& path) {
  std::vector<std::vector<std::string>> rows = {{"steps", "predicted best", "takes", "fastest", "takes", "problem"}};
  for (const session::TunedProblem& one : report.problems) {
    if (one.chosen_us >= one.predicted_us) continue;
    rows.push_back({std::to_string(one.steps), one.predicted, microseconds(one.predicted_us), one.chosen,
                    microseconds(one.chosen_us), one.problem});
  }
  if (rows.size() > 1) std::cout << table(rows) << '\n';
  const Sums sums = sums_of(report);
  std::cout << report.candidates << " candidates for " << report.problems.size() << " problems measured, "
            << report.left << " left; another choice for " << sums.changed << ": their steps together "
            << microseconds(sums.before_us) << " before, " << microseconds(sums.after_us) << " now\n";
  for (const auto& [name, device] : profile.devices) {
    std::cout << name << ": " << static_cast<int64_t>(device.operations_per_us / 1e3) << " Gop/s, "
              << static_cast<int64_t>(device.bytes_per_us / 1e3) << " GB/s, a step "
              << static_cast<int64_t>(device.step_us * 1e3) << " ns\n";
  }
  std::cout << "profile is in " << path << '\n';
}

Result<int> tune(const Options& options) {
  const std::string path = options.profile.empty() ? default_profile() : options.profile;
  if (path.empty())
    return fail(ErrorCode::failed_precondition, "no HOME to keep the profile in; name a file with --profile");
  const auto model = WALLE_TRY(load_model(options.source.model));
  const auto inputs = WALLE_TRY(make_inputs(*model, options.source.inputs, options.source.shapes, true));
  search::Profile profile = WALLE_TRY(known_profile(path));
  const auto session = WALLE_TRY(options.session.options());
  const session::TuneReport report =
      WALLE_TRY(session::tune(*model, inputs, session, {.seconds = options.seconds}, profile));
  const std::string folder = std::filesystem::path(path).parent_path().string();
  if (!folder.empty()) WALLE_TRY(make_folders(folder));
  WALLE_TRY(write_file_atomically(path, search::to_text(profile)));
  if (options.json)
    print_json_report(report, profile, path);
  else
    print_report(report, profile, path);
  return 0;
}

Command attach(CommandLine& line) {
  auto options = std::make_shared<Options>();
  line.model(options->source);
  line.threads(options->session.threads);
  line.precision(options->session.precision);
  line.number("--seconds", options->seconds, "About how long it may take (30)", 0.1, 3600.0);
  line.text("--profile", options->profile, "The device profile to add to (WALLE_PROFILE, else ~/.cache/walle)");
  line.json(options->json);
  return [options] { return tune(*options); };
}

}  // namespace

extern const VerbDef kTune;
const VerbDef kTune = {
    "tune", "Measures this device's candidates for a model, so that later plans choose by times",
    "Plans are for a shape, a number of threads and a precision: tune with those that will run.\n"
    "walle-model reads the profile by itself; walled and its task hosts read STATE/profile.json when they start.\n"
    "Examples:\n  walle-model tune det.onnx --shape x=1x3x640x640 --threads 2\n"
    "  walle-model tune det.walle --precision high --profile /var/lib/walle/profile.json",
    attach};

}  // namespace walle::workbench
