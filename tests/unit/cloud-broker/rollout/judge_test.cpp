#include "cloud-broker/rollout/judge.h"

#include <gtest/gtest.h>

namespace walle::rollout {
namespace {

Release gray(std::string_view toml, int64_t stage = 0) {
  Release release;
  release.plan = *parse_plan(toml);
  release.state = State::gray;
  release.stage = stage;
  return release;
}

constexpr std::string_view kTwo =
    "[[stage]]\nname = \"a\"\nshare = 0.5\nsoak = \"10s\"\n[[stage]]\nname = \"b\"\nshare = 1.0\napproval = true\n";

// Independent reference: scipy.stats.norm.ppf and statsmodels proportion_confint(method="wilson", alpha=2*(1-c)).
TEST(Judge, NormalQuantileAgreesWithTables) {
  EXPECT_NEAR(normal_quantile(0.95), 1.6448536269514722, 1e-8);
  EXPECT_NEAR(normal_quantile(0.99), 2.3263478740408408, 1e-8);
  EXPECT_NEAR(normal_quantile(0.5), 0.0, 1e-12);
  EXPECT_NEAR(normal_quantile(0.01), -2.3263478740408408, 1e-8);
}

TEST(Judge, WilsonBoundAgreesWithTheFormulaByHand) {
  // z = 1.6448536, n = 10, x = 5: (0.5 + z²/20 - z·sqrt(0.025 + z²/400)) / (1 + z²/10)
  EXPECT_NEAR(wilson_lower_bound(5, 10, 0.95), 0.26926, 1e-4);
  EXPECT_EQ(wilson_lower_bound(0, 0, 0.95), 0);
  EXPECT_NEAR(wilson_lower_bound(0, 100, 0.95), 0, 1e-12);
  EXPECT_NEAR(wilson_lower_bound(10, 10, 0.95), 10 / (10 + 2.705543), 1e-6);
}

TEST(Judge, FewReportsDoNotStop) {
  Tally total;
  total.failed = 9;
  EXPECT_FALSE(judge_failures(gray(""), total, true));
  total.failed = 10;
  EXPECT_EQ(judge_failures(gray(""), total, true)->event, Event::roll_back);
}

TEST(Judge, SilenceCountsAsFailureUnlessReleased) {
  Tally total;
  total.good = 10;
  total.silent = 10;
  EXPECT_EQ(judge_failures(gray("[stop]\naction = \"pause\"\n"), total, true)->event, Event::pause);
  EXPECT_FALSE(judge_failures(gray(""), total, false));
}

TEST(Judge, StageWaitsForSoakReportsAndApproval) {
  Release release = gray(kTwo);
  Tallies tallies;
  tallies.stage.members = tallies.total.members = 2;
  tallies.stage.good = tallies.total.good = 2;
  EXPECT_FALSE(judge_stage(release, tallies, 9'999'999));
  EXPECT_FALSE(judge_stage(release, tallies, 10'000'000)) << "not approved";
  release.approved_stage = 1;
  EXPECT_EQ(judge_stage(release, tallies, 10'000'000)->event, Event::advance);
  tallies.stage.good = 1;
  EXPECT_FALSE(judge_stage(release, tallies, 10'000'000)) << "one has not reported";
}

TEST(Judge, LastStageFinishes) {
  Tallies tallies;
  tallies.stage.members = tallies.stage.good = 1;
  EXPECT_EQ(judge_stage(gray(kTwo, 1), tallies, 1)->event, Event::finish);
}

TEST(Judge, StageWhoseMembersAllSpokeAndFailedStops) {
  Tallies tallies;
  tallies.stage.members = 1;
  tallies.stage.failed = tallies.total.failed = 1;
  EXPECT_EQ(judge_stage(gray(kTwo, 1), tallies, 1)->event, Event::roll_back);
}

TEST(Judge, ShareWithoutNewMembersLeansOnEarlierStages) {
  Tallies tallies;
  EXPECT_FALSE(judge_stage(gray(kTwo, 1), tallies, 1)) << "nobody has reported at all";
  tallies.total.good = 1;
  EXPECT_EQ(judge_stage(gray(kTwo, 1), tallies, 1)->event, Event::finish);
}

}  // namespace
}  // namespace walle::rollout
