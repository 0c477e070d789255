#include "daemon/net/reporter.h"

#include <gtest/gtest.h>

#include "tests/unit/daemon/update/scripted_effects.h"

namespace walle::net {
namespace {

struct ReporterTest : testing::Test {
  std::unique_ptr<update::Journal> journal = update::make_memory_journal();
  ManualClock clock;
  update::ScriptedEffects effects;
  update::Agent agent{*journal, effects, clock, {.device = "d1"}};
  Reporter reporter{"d1", "boot", wire::Profile{.labels = {{"room", "lab"}}, .memory_mb = 512}};

  void SetUp() override {
    effects.agent = &agent;
    ASSERT_TRUE(agent.start());
  }
  wire::Report next() { return wire::decode_report(reporter.next(agent).value()).value(); }
};

TEST_F(ReporterTest, TheProfileIsSentOnceAndWhenItChanges) {
  const wire::Report first = next();
  ASSERT_TRUE(first.profile);
  EXPECT_EQ(wire::digest_of(*first.profile), first.digest);
  EXPECT_FALSE(next().profile);
  ASSERT_TRUE(agent.offer(update::offer_of("1.0.0", 1)));
  const wire::Report changed = next();
  ASSERT_TRUE(changed.profile);
  EXPECT_NE(changed.digest, first.digest);
  EXPECT_EQ(changed.epoch, 1);
}

TEST_F(ReporterTest, TheProfileIsSentAgainWhenAskedFor) {
  next();
  reporter.ask_profile();
  EXPECT_TRUE(next().profile);
}

TEST_F(ReporterTest, OutcomesStayUntilTheCloudHasThem) {
  ASSERT_TRUE(agent.offer(update::offer_of("1.0.0", 1)));
  agent.verdict("ocr", 1, true, {});
  EXPECT_EQ(next().outcomes.size(), 1U);
  EXPECT_EQ(next().outcomes.size(), 1U);
  ASSERT_TRUE(agent.acknowledge(1));
  EXPECT_TRUE(next().outcomes.empty());
}

TEST_F(ReporterTest, NoncesAreRememberedForAWhile) {
  const std::string old = next().nonce;
  EXPECT_TRUE(reporter.knows(old));
  EXPECT_TRUE(reporter.knows(""));
  EXPECT_FALSE(reporter.knows("0000000000000000"));
  for (int i = 0; i < 20; ++i) next();
  EXPECT_FALSE(reporter.knows(old));
}

TEST_F(ReporterTest, SequenceNumbersGrow) {
  const uint64_t first = next().seq;
  EXPECT_EQ(next().seq, first + 1);
}

}  // namespace
}  // namespace walle::net
