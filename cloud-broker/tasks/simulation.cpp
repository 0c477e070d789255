#include "cloud-broker/tasks/simulation.h"

#include <filesystem>
#include <sstream>

#include "cloud-broker/process/process.h"

namespace walle::tasks {
namespace {

size_t count_cases(const std::string& folder) {
  size_t count = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder + "/cases", error))
    if (entry.path().extension() == ".json") ++count;
  return count;
}

/// One JSON document a line, one for each case; what is no JSON is left out.
Value lines_of(const std::string& output) {
  Value cases = Value::array();
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line) && cases.size() < 1000;)
    if (auto value = parse_json(line)) cases.push_back(std::move(*value));
  return cases;
}

}  // namespace

Simulation simulate(const std::string& folder, int64_t timeout_us) {
  const size_t cases = count_cases(folder);
  if (cases == 0)
    return {false, "the task has no cases/*.json to simulate with; add some and tag a new version", nullptr};
  const auto outcome =
      process::run({process::beside_us("walle-ctl"), "task", "test", folder, "--json"}, {.timeout_us = timeout_us});
  if (!outcome) return {false, outcome.error().message, nullptr};
  Simulation out{outcome->exit_code == 0, "", lines_of(outcome->output)};
  out.summary = out.passed ? std::to_string(cases) + " cases passed" : "cases failed: " + process::tail(*outcome);
  return out;
}

}  // namespace walle::tasks
