#include "cloud-broker/rollout/take_back.h"

#include <gtest/gtest.h>

namespace walle::rollout {
namespace {

Release release(int64_t counter, const std::string& version, State state, const std::string& task = "ocr") {
  Release out{.counter = counter, .scenario = "reading", .task = task, .version = version};
  out.manifest_sha256 = "manifest of " + version;
  out.state = state;
  return out;
}

TEST(TakenBack, BringsTheNewestOlderVersionThatProvedGood) {
  const Release bad = release(5, "1.3.0", State::gray);
  const Table table{
      .epoch = 9,
      .releases = {release(1, "1.0.0", State::superseded), release(2, "1.1.0", State::released),
                   release(3, "1.2.0", State::rolled_back), release(4, "9.0.0", State::released, "vad"), bad}};
  const Release back = taken_back(bad, table, 6, 77);
  EXPECT_EQ(back.counter, 6);
  EXPECT_EQ(back.rollback_of, 5);
  EXPECT_EQ(back.version, "1.1.0");
  EXPECT_EQ(back.manifest_sha256, "manifest of 1.1.0");
  EXPECT_EQ(back.state, State::released);
  EXPECT_EQ(back.created_us, 77);
}

TEST(TakenBack, RemovesTheTaskWhereNothingOlderIsGood) {
  const Release bad = release(2, "1.1.0", State::beta);
  const Release back = taken_back(bad, {.epoch = 1, .releases = {release(1, "1.0.0", State::rolled_back), bad}}, 3, 0);
  EXPECT_TRUE(back.manifest_sha256.empty());
  EXPECT_NE(back.reason.find("the task is removed"), std::string::npos) << back.reason;
}

}  // namespace
}  // namespace walle::rollout
