#include "cloud-broker/tasks/simulation.h"

#include <filesystem>

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

}  // namespace

Simulation simulate(const std::string& folder, int64_t timeout_us) {
  const size_t cases = count_cases(folder);
  if (cases == 0) return {false, "the task has no cases/*.json to simulate with", nullptr};
  const auto outcome =
      process::run({process::beside_us("walle-ctl"), "task", "test", folder, "--json"}, {.timeout_us = timeout_us});
  if (!outcome) return {false, outcome.error().message, nullptr};
  auto report = parse_json(outcome->output);
  Simulation out{outcome->exit_code == 0, "", report ? std::move(*report) : Value(nullptr)};
  out.summary = out.passed ? std::to_string(cases) + " cases passed" : "cases failed: " + process::tail(*outcome);
  return out;
}

}  // namespace walle::tasks
