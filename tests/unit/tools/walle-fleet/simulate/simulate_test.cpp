#include "tools/walle-fleet/simulate/simulate.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace walle::fleet {
namespace {

Value outcome(const SimulationOptions& options) {
  const auto result = simulate(options, [](const std::string&) {});
  EXPECT_TRUE(result) << result.error().message;
  return result ? *result : Value();
}

int64_t last(const Value& result, const char* key) { return result["coverage"].back()[key].get<int64_t>(); }

TEST(Simulate, AGoodVersionReachesEveryDeviceStageByStage) {
  const Value result = outcome({.devices = 500});
  EXPECT_EQ(result["end"], "at rest");
  EXPECT_EQ(result["release"]["state"], "released");
  EXPECT_EQ(last(result, "new"), 500);
  // Stages of 1 % and 10 % soak for ten minutes each before all are offered it.
  int64_t most_in_beta = 0;
  int64_t first_of_all = INT64_MAX;
  for (const Value& row : result["coverage"]) {
    if (row["stage"] == "beta") most_in_beta = std::max(most_in_beta, row["offered"].get<int64_t>());
    if (row["stage"] == "all") first_of_all = std::min(first_of_all, row["time_us"].get<int64_t>());
  }
  EXPECT_LE(most_in_beta, 25);
  EXPECT_GE(first_of_all, 1'200'000'000);
}

TEST(Simulate, TheSameSeedGivesTheSameResultAndAnotherOneDoesNot) {
  SimulationOptions options{.devices = 200, .seed = 5};
  options.conditions.loss = 0.1;
  options.conditions.offline = 0.2;
  const Value once = outcome(options);
  EXPECT_EQ(once, outcome(options));
  options.seed = 6;
  EXPECT_NE(once["coverage"], outcome(options)["coverage"]);
}

TEST(Simulate, AVersionThatFailsIsTakenBackEverywhere) {
  SimulationOptions options{.devices = 1000};
  options.conditions.failure_rate = 0.5;
  const Value result = outcome(options);
  EXPECT_EQ(result["release"]["state"], "rolled_back");
  EXPECT_EQ(last(result, "new"), 0);
  EXPECT_EQ(last(result, "old"), 1000);
  EXPECT_LE(last(result, "offered"), 30) << "it was stopped among the first devices";
}

TEST(Simulate, ItIsAtRestWhenTheFewThatFailAreKnown) {
  SimulationOptions options{.devices = 500};
  options.conditions.failure_rate = 0.02;
  const Value result = outcome(options);
  EXPECT_EQ(result["end"], "at rest");
  EXPECT_EQ(result["release"]["state"], "released");
  EXPECT_GT(last(result, "failed"), 0);
  EXPECT_EQ(last(result, "new") + last(result, "old"), 500);
  EXPECT_EQ(last(result, "old"), last(result, "failed")) << "a device that failed has its old version again";
}

TEST(Simulate, LostMessagesAndAbsentDevicesDelayButDoNotPrevent) {
  SimulationOptions options{.devices = 200, .until_us = 5 * int64_t{86'400'000'000}};
  // The plan's silence would count absent devices as failed.
  options.plan = "[[stage]]\nname = \"all\"\nshare = 1.0\nsuccess = 0.5\n[stop]\nsilence = \"2d\"\n";
  options.conditions.loss = 0.3;
  options.conditions.offline = 0.3;
  const Value rough = outcome(options);
  options.conditions.loss = options.conditions.offline = 0;
  const Value smooth = outcome(options);
  EXPECT_EQ(rough["end"], "at rest") << rough["release"];
  EXPECT_EQ(last(rough, "new"), 200);
  EXPECT_GT(rough["messages"]["lost"].get<int64_t>(), 0);
  EXPECT_GT(rough["end_us"].get<int64_t>(), smooth["end_us"].get<int64_t>());
}

TEST(Simulate, ThePlansTargetsDecideWhoIsOffered) {
  SimulationOptions options{.devices = 100, .until_us = 7'200'000'000};
  options.plan = "targets = 'labels.room == \"reading\"'\n[[stage]]\nname = \"all\"\nshare = 1.0\n";
  options.labels = {{"room", "kitchen"}};
  EXPECT_EQ(last(outcome(options), "offered"), 0);
  options.labels = {{"room", "reading"}};
  EXPECT_EQ(last(outcome(options), "offered"), 100);
}

TEST(Simulate, RefusesWhatIsNoPlan) {
  const auto result = simulate({.devices = 1, .plan = "[[stage]]\nshare = 7\n"}, [](const std::string&) {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace walle::fleet
