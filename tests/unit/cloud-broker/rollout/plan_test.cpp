#include "cloud-broker/rollout/plan.h"

#include <gtest/gtest.h>

namespace walle::rollout {
namespace {

std::string error(std::string_view text) {
  const auto plan = parse_plan(text);
  return plan ? "parsed" : plan.error().message;
}

TEST(Plan, ReadsTheWholeContract) {
  const auto plan = parse_plan(R"(
targets = 'labels.room == "reading" && memory_mb >= 512'
precondition = ["simulate"]
[[stage]]
name = "beta"
devices = ["reader-7"]
success = 0.95
soak = "10m"
[[stage]]
name = "gray-1"
share = 0.05
[[stage]]
name = "all"
share = 1.0
approval = true
[stop]
failure = 0.05
confidence = 0.95
at_least = 10
silence = "15m"
action = "rollback"
)");
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_TRUE(plan->simulate);
  ASSERT_EQ(plan->stages.size(), 3U);
  EXPECT_EQ(plan->stages[0].policy, "device");
  EXPECT_EQ(plan->stages[0].soak_us, 600'000'000);
  EXPECT_EQ(plan->stages[1].policy, "group");
  EXPECT_TRUE(plan->stages[2].approval);
  EXPECT_EQ(plan->stop.silence_us, 900'000'000);
}

TEST(Plan, EmptyMeansEveryoneAtOnce) {
  const auto plan = parse_plan("");
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->stages.size(), 1U);
  EXPECT_EQ(plan->stages[0].policy, "uniform");
  EXPECT_EQ(plan->stages[0].share, 1.0);
}

TEST(Plan, ErrorsNameLineAndKey) {
  EXPECT_EQ(error("target = 'a'"),
            "rollout.toml, line 1: unknown key 'target'; known are targets precondition stage stop");
  EXPECT_NE(error("targets = 'a =='").find("line 1: targets: expression, column"), std::string::npos);
  EXPECT_NE(error("[[stage]]\nname = \"a\"\nshare = 2\n").find("line 3: share"), std::string::npos);
  EXPECT_NE(error("[[stage]]\nname = \"a\"\n").find("needs devices or share"), std::string::npos);
  EXPECT_NE(error("[[stage]]\nname=\"a\"\nshare=0.5\n[[stage]]\nname=\"b\"\nshare=0.1\n").find("rise"),
            std::string::npos);
  EXPECT_NE(error("[stop]\nsilence = \"15 bananas\"").find("line 2: silence"), std::string::npos);
  EXPECT_NE(error("a = [").find("line 1"), std::string::npos);
}

}  // namespace
}  // namespace walle::rollout
