#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <iostream>

#include "tools/walle-model/command_line.h"
#include "tools/walle-model/files/load.h"
#include "tools/walle-model/files/print.h"
#include "tools/walle-model/verb.h"

namespace walle::workbench {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  ModelArguments source;
  SessionArguments session;
  double seconds = 3;
  bool unfused = false;
  bool json = false;
};

double since_us(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

double quantile(const std::vector<double>& sorted, double q) {
  return sorted[std::min(sorted.size() - 1, static_cast<size_t>(q * static_cast<double>(sorted.size())))];
}

Result<int> bench(const Options& options) {
  const auto load_start = Clock::now();
  const auto model = WALLE_TRY(load_model(options.source.model));
  const double load_us = since_us(load_start);
  const auto inputs = WALLE_TRY(options.source.values(*model));
  auto how = WALLE_TRY(options.session.options());
  how.fuse = !options.unfused;
  const auto session = WALLE_TRY(engine::Session::create(model, how));
  const auto plan_start = Clock::now();
  WALLE_TRY(session->prepare_values(inputs));
  const double plan_us = since_us(plan_start);
  std::vector<double> times;
  const auto start = Clock::now();
  // The first tenth warms caches and is not counted.
  while (since_us(start) < options.seconds * 1.1e6 || times.empty()) {
    const auto run_start = Clock::now();
    WALLE_TRY(session->run_values(inputs));
    const double us = since_us(run_start);
    if (since_us(start) >= options.seconds * 0.1e6) times.push_back(us);
  }
  std::sort(times.begin(), times.end());
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const Value report = {{"min_us", times.front()},
                        {"p50_us", quantile(times, 0.5)},
                        {"p99_us", quantile(times, 0.99)},
                        {"runs", times.size()},
                        {"load_us", load_us},
                        {"plan_us", plan_us},
                        {"peak_rss_bytes", usage.ru_maxrss * 1024},
                        {"threads", options.session.threads},
                        {"precision", options.session.precision}};
  if (options.json) {
    print_json(report);
    return 0;
  }
  std::cout << table({{"min", "p50", "p99", "runs", "load", "plan", "peak memory"},
                      {microseconds(times.front()), microseconds(quantile(times, 0.5)),
                       microseconds(quantile(times, 0.99)), std::to_string(times.size()), microseconds(load_us),
                       microseconds(plan_us), std::to_string(usage.ru_maxrss / 1024) + " MB"}});
  return 0;
}

Command attach(CommandLine& line) {
  auto options = std::make_shared<Options>();
  line.model(options->source);
  line.session(options->session);
  line.number("--seconds", options->seconds, "How long to measure (3)", 0.01, 3600.0);
  line.flag("--no-fusion", options->unfused, "Leave out fusion, to compare");
  line.json(options->json);
  return [options] { return bench(*options); };
}

}  // namespace

extern const VerbDef kBench;
const VerbDef kBench = {"bench", "Measures a model: time of a run, load, plan and memory",
                        "Example: walle-model bench det.onnx --shape x=1x3x640x640 --threads 1 --seconds 5 --json",
                        attach};

}  // namespace walle::workbench
