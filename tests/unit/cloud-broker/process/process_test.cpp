#include "cloud-broker/process/process.h"

#include <gtest/gtest.h>

namespace walle::process {
namespace {

TEST(Process, KeepsOutputErrorsAndExitCode) {
  const auto outcome = run({"sh", "-c", "echo out; echo err >&2; exit 3"});
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->exit_code, 3);
  EXPECT_EQ(outcome->output, "out\n");
  EXPECT_EQ(tail(*outcome), "err");
}

TEST(Process, KillsWhatTakesTooLongWithItsChildren) {
  const auto outcome = run({"sh", "-c", "sleep 100 & sleep 100"}, {.timeout_us = 100'000});
  EXPECT_EQ(outcome.error().code, ErrorCode::deadline_exceeded);
}

TEST(Process, ProgramThatIsNotThereIsNamed) {
  const auto outcome = run({"no-such-program-of-walle"});
  EXPECT_EQ(outcome.error().code, ErrorCode::not_found);
}

TEST(Process, OutputIsBounded) {
  const auto outcome = run({"sh", "-c", "head -c 1000000 /dev/zero"}, {.output_bytes = 1000});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->output.size(), 1000U);
}

TEST(Process, EnvironmentIsSmall) {
  ::setenv("WALLE_SECRET_OF_TEST", "x", 1);
  const auto outcome = run({"env"}, {.environment = {"A=b"}});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->output.find("WALLE_SECRET_OF_TEST"), std::string::npos);
  EXPECT_NE(outcome->output.find("A=b"), std::string::npos);
}

}  // namespace
}  // namespace walle::process
