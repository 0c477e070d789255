#include "daemon/tasks/version.h"

#include <gtest/gtest.h>

namespace walle::daemon {
namespace {

constexpr bundle::Probation kRule{.runs = 3, .failures = 1, .within_us = 1000};

VersionRow row(int64_t runs, int64_t failures) {
  return {
      .key = {"t", "1.0.0", 1}, .state = VersionState::probation, .runs = runs, .failures = failures, .until_us = 1000};
}

TEST(Probation, GoesOnUntilEnoughIsKnown) { EXPECT_EQ(judge(kRule, row(2, 1), 999).state, VersionState::probation); }
TEST(Probation, EndsWellWithEnoughRuns) { EXPECT_EQ(judge(kRule, row(3, 1), 0).state, VersionState::good); }
TEST(Probation, FailsAtTheFirstFailureTooMany) {
  const Verdict verdict = judge(kRule, row(2, 2), 0);
  EXPECT_EQ(verdict.state, VersionState::failed);
  EXPECT_EQ(verdict.reason, "2 of 2 runs failed, 1 allowed");
}
TEST(Probation, FailsOfSilence) { EXPECT_EQ(judge(kRule, row(2, 0), 1000).state, VersionState::failed); }
TEST(Probation, EnoughRunsCountEvenWhenTheTimeIsOver) {
  EXPECT_EQ(judge(kRule, row(3, 0), 5000).state, VersionState::good);
}

TEST(VersionState, HasNames) {
  for (const VersionState state : {VersionState::probation, VersionState::good, VersionState::failed})
    EXPECT_EQ(version_state_from(name_of(state)), state);
  EXPECT_EQ(version_state_from("?"), VersionState::failed);
}

}  // namespace
}  // namespace walle::daemon
