#include "daemon/update/agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/daemon/update/scripted_effects.h"

namespace walle::update {
namespace {

using testing::ElementsAre;

constexpr int64_t kSecond = 1'000'000;

struct AgentTest : testing::Test {
  std::unique_ptr<Journal> journal = make_memory_journal();
  ManualClock clock;
  ScriptedEffects effects;
  std::unique_ptr<Agent> agent;
  int minute = 600;

  void SetUp() override { boot(); }
  void boot() {
    agent = std::make_unique<Agent>(*journal, effects, clock,
                                    AgentOptions{.device = "d1", .local_minute = [this](int64_t) { return minute; }});
    effects.agent = agent.get();
    const Status status = agent->start();
    ASSERT_TRUE(status);
  }
  State state() { return agent->rows().at("ocr").state; }
  std::vector<std::string> results() {
    std::vector<std::string> out;
    const auto outcomes = agent->outcomes().value();
    for (const auto& outcome : outcomes) out.push_back(outcome.result + " " + outcome.version);
    return out;
  }
  void good(int64_t counter) { agent->verdict("ocr", counter, true, {.runs = 3}); }
  void bad(int64_t counter) { agent->verdict("ocr", counter, false, {.reason = "raised", .failures = 1}); }
};

TEST_F(AgentTest, AnOfferGoesAllTheWay) {
  ASSERT_TRUE(agent->offer(offer_of("1.0.0", 1)));
  EXPECT_EQ(state(), State::probation);
  EXPECT_THAT(effects.calls, ElementsAre("verify", "reserve", "fetch", "stage", "activate 1.0.0"));
  EXPECT_THAT(results(), ElementsAre());
  good(1);
  EXPECT_EQ(state(), State::idle);
  EXPECT_THAT(results(), ElementsAre("committed 1.0.0"));
  EXPECT_EQ(agent->installed()[0].version, "1.0.0");
  EXPECT_EQ(agent->installed()[0].state, "active");
}

TEST_F(AgentTest, OlderAndRepeatedOffersChangeNothing) {
  ASSERT_TRUE(agent->offer(offer_of("2.0.0", 5)));
  good(5);
  effects.calls.clear();
  EXPECT_TRUE(agent->offer(offer_of("2.0.0", 5)));
  EXPECT_TRUE(agent->offer(offer_of("1.0.0", 4, 5)));
  EXPECT_FALSE(agent->offer(offer_of("1.0.0", 6, 4))) << "an older epoch";
  EXPECT_THAT(effects.calls, ElementsAre());
  EXPECT_EQ(agent->installed()[0].version, "2.0.0");
}

TEST_F(AgentTest, OffersForOthersAndExpiredOnesAreRefused) {
  wire::Offer offer = offer_of("1.0.0", 1);
  offer.device = "d2";
  EXPECT_EQ(agent->offer(offer).error().code, ErrorCode::permission_denied);
  offer.device = "d1";
  offer.expires_us = clock.wall_us();
  EXPECT_EQ(agent->offer(offer).error().code, ErrorCode::failed_precondition);
}

TEST_F(AgentTest, AFailedProbationGoesBackByItself) {
  ASSERT_TRUE(agent->offer(offer_of("1.0.0", 1)));
  good(1);
  ASSERT_TRUE(agent->offer(offer_of("1.1.0", 2)));
  EXPECT_EQ(effects.running["ocr"], "1.1.0");
  bad(2);
  EXPECT_EQ(effects.running["ocr"], "1.0.0");
  EXPECT_EQ(state(), State::idle);
  EXPECT_THAT(results(), ElementsAre("committed 1.0.0", "rolled_back 1.1.0"));
  EXPECT_EQ(agent->installed()[0].version, "1.0.0");
  EXPECT_TRUE(agent->offer(offer_of("1.1.0", 2)));
  EXPECT_EQ(effects.running["ocr"], "1.0.0") << "denied until a new counter";
}

TEST_F(AgentTest, AFirstVersionThatFailsIsTakenAway) {
  ASSERT_TRUE(agent->offer(offer_of("1.0.0", 1)));
  bad(1);
  EXPECT_TRUE(effects.running.empty());
  EXPECT_TRUE(agent->installed().empty());
}

TEST_F(AgentTest, SilenceIsAFailure) {
  ASSERT_TRUE(agent->offer(offer_of("1.0.0", 1)));
  clock.advance_us(agent->next_wake_us() - clock.monotonic_us());
  agent->tick();
  EXPECT_THAT(results(), ElementsAre("rolled_back 1.0.0"));
}

TEST_F(AgentTest, ARollbackOfTheFleetIsAnOfferOfTheOlderVersion) {
  ASSERT_TRUE(agent->offer(offer_of("1.0.0", 1)));
  good(1);
  ASSERT_TRUE(agent->offer(offer_of("1.1.0", 2)));
  good(2);
  wire::Offer back = offer_of("1.0.0", 3);
  back.tasks[0].action = wire::OfferAction::rollback;
  ASSERT_TRUE(agent->offer(back));
  good(3);
  EXPECT_EQ(agent->installed()[0].version, "1.0.0");
  EXPECT_EQ(agent->installed()[0].counter, 3);
}

TEST_F(AgentTest, TheSameBundleUnderANewReleaseOnlyTakesTheCounter) {
  ASSERT_TRUE(agent->offer(offer_of("1.0.0", 1)));
  good(1);
  effects.calls.clear();
  ASSERT_TRUE(agent->offer(offer_of("1.0.0", 4)));
  EXPECT_THAT(effects.calls, ElementsAre("collect"));
  EXPECT_EQ(agent->installed()[0].counter, 4);
  EXPECT_THAT(results(), ElementsAre("committed 1.0.0", "committed 1.0.0"));
}

TEST_F(AgentTest, ARemovalFetchesNothing) {
  ASSERT_TRUE(agent->offer(offer_of("1.0.0", 1)));
  good(1);
  effects.calls.clear();
  wire::Offer offer = offer_of("1.0.0", 2);
  offer.tasks[0].action = wire::OfferAction::remove;
  ASSERT_TRUE(agent->offer(offer));
  EXPECT_THAT(effects.calls, ElementsAre("deactivate", "collect"));
  EXPECT_TRUE(agent->installed().empty());
  EXPECT_THAT(results(), ElementsAre("committed 1.0.0", "removed 1.0.0"));
}

TEST_F(AgentTest, ANewerOfferTakesThePlaceOfOneBeingFetched) {
  effects.held[State::fetching] = true;
  ASSERT_TRUE(agent->offer(offer_of("1.0.0", 1)));
  EXPECT_EQ(state(), State::fetching);
  const Ticket old = effects.waiting.back();
  effects.held[State::fetching] = false;
  ASSERT_TRUE(agent->offer(offer_of("1.1.0", 2)));
  EXPECT_EQ(effects.running["ocr"], "1.1.0");
  agent->answer(old, Event::refused);
  EXPECT_EQ(state(), State::probation) << "a late answer is of no interest";
}

TEST_F(AgentTest, AnOfferDuringProbationWaitsForItsEnd) {
  ASSERT_TRUE(agent->offer(offer_of("1.0.0", 1)));
  ASSERT_TRUE(agent->offer(offer_of("1.1.0", 2)));
  EXPECT_EQ(effects.running["ocr"], "1.0.0");
  good(1);
  EXPECT_EQ(effects.running["ocr"], "1.1.0");
  EXPECT_EQ(state(), State::probation);
}

TEST_F(AgentTest, WhatIsImpossibleNowIsTriedAgainWithPauses) {
  effects.script[State::fetching] = {{Event::later, {.reason = "origin is down"}}, {Event::later, {}}};
  ASSERT_TRUE(agent->offer(offer_of("1.0.0", 1)));
  EXPECT_EQ(state(), State::fetching);
  for (int i = 0; i < 2; ++i) {
    const int64_t pause = agent->next_wake_us() - clock.monotonic_us();
    EXPECT_GT(pause, 0);
    EXPECT_LE(pause, 4 * kSecond);
    clock.advance_us(pause);
    agent->tick();
  }
  EXPECT_EQ(state(), State::probation);
}

TEST_F(AgentTest, ARefusalIsReportedAndTheOldVersionStays) {
  ASSERT_TRUE(agent->offer(offer_of("1.0.0", 1)));
  good(1);
  effects.script[State::offered] = {{Event::refused, {.reason = "publisher: 0 of 1 required signatures"}}};
  ASSERT_TRUE(agent->offer(offer_of("6.6.6", 2)));
  EXPECT_EQ(state(), State::idle);
  EXPECT_THAT(results(), ElementsAre("committed 1.0.0", "failed 6.6.6"));
  EXPECT_EQ(agent->outcomes().value()[1].reason, "publisher: 0 of 1 required signatures");
  EXPECT_EQ(effects.running["ocr"], "1.0.0");
}

TEST_F(AgentTest, TheReleasesDeadlineEndsADownload) {
  effects.held[State::fetching] = true;
  wire::Offer offer = offer_of("1.0.0", 1);
  offer.tasks[0].deadline_us = clock.wall_us() + 10 * kSecond;
  ASSERT_TRUE(agent->offer(offer));
  EXPECT_EQ(agent->next_wake_us() - clock.monotonic_us(), 10 * kSecond);
  clock.advance_us(10 * kSecond);
  agent->tick();
  EXPECT_THAT(results(), ElementsAre("failed 1.0.0"));
}

TEST_F(AgentTest, SwitchingWaitsForTheWindow) {
  wire::Offer offer = offer_of("1.0.0", 1);
  offer.tasks[0].window = wire::OfferWindow{.from_minute = 630, .to_minute = 690};
  ASSERT_TRUE(agent->offer(offer));
  EXPECT_EQ(state(), State::ready);
  EXPECT_EQ(agent->next_wake_us() - clock.monotonic_us(), 30 * 60 * kSecond);
  clock.advance_us(30 * 60 * kSecond);
  minute = 630;
  agent->tick();
  EXPECT_EQ(state(), State::probation);
}

TEST_F(AgentTest, TheStartIsSpread) {
  wire::Offer offer = offer_of("1.0.0", 1);
  offer.tasks[0].jitter_us = 3600 * kSecond;
  ASSERT_TRUE(agent->offer(offer));
  EXPECT_EQ(state(), State::space_reserved);
  const int64_t pause = agent->next_wake_us() - clock.monotonic_us();
  EXPECT_LT(pause, 3600 * kSecond);
  clock.advance_us(pause);
  agent->tick();
  EXPECT_EQ(state(), State::probation);
}

TEST_F(AgentTest, OneStuckTaskBlocksNoOther) {
  effects.held[State::fetching] = true;
  ASSERT_TRUE(agent->offer(offer_of("1.0.0", 1)));
  effects.held[State::fetching] = false;
  wire::Offer other = offer_of("1.0.0", 2);
  other.tasks[0].task = "other";
  ASSERT_TRUE(agent->offer(other));
  EXPECT_EQ(agent->rows().at("other").state, State::probation);
  EXPECT_EQ(state(), State::fetching);
}

TEST_F(AgentTest, AnotherScenarioCannotTakeATaskOver) {
  ASSERT_TRUE(agent->offer(offer_of("1.0.0", 1)));
  good(1);
  wire::Offer offer = offer_of("2.0.0", 2);
  offer.tasks[0].scenario = "evil";
  ASSERT_TRUE(agent->offer(offer));
  EXPECT_EQ(agent->installed()[0].version, "1.0.0");
}

TEST_F(AgentTest, ARestartContinuesWhereItWas) {
  effects.held[State::fetching] = true;
  ASSERT_TRUE(agent->offer(offer_of("1.0.0", 1)));
  effects.held[State::fetching] = false;
  effects.calls.clear();
  boot();
  EXPECT_THAT(effects.calls, ElementsAre("fetch", "stage", "activate 1.0.0"));
  EXPECT_EQ(agent->epoch(), 1);
}

TEST_F(AgentTest, ARestartLoopEndsWithTheOldVersion) {
  ASSERT_TRUE(agent->offer(offer_of("1.0.0", 1)));
  good(1);
  ASSERT_TRUE(agent->offer(offer_of("1.1.0", 2)));
  for (int64_t i = 0; i < kMaxRestarts; ++i) {
    ASSERT_EQ(state(), State::probation);
    boot();
  }
  boot();
  EXPECT_EQ(effects.running["ocr"], "1.0.0");
  EXPECT_THAT(results(), ElementsAre("committed 1.0.0", "rolled_back 1.1.0"));
}

TEST_F(AgentTest, AnOfferThatCameDuringProbationSurvivesARestart) {
  ASSERT_TRUE(agent->offer(offer_of("1.0.0", 1)));
  ASSERT_TRUE(agent->offer(offer_of("1.1.0", 2)));
  boot();
  good(1);
  EXPECT_EQ(effects.running["ocr"], "1.1.0");
}

TEST_F(AgentTest, ALostVerdictIsTakenFromWhatWalledSays) {
  ASSERT_TRUE(agent->offer(offer_of("1.0.0", 1)));
  agent->reconcile({{.task = "ocr", .version = "1.0.0", .counter = 1, .state = "probation"}});
  EXPECT_EQ(state(), State::probation);
  agent->reconcile({{.task = "ocr", .version = "1.0.0", .counter = 1, .state = "active"}});
  EXPECT_EQ(state(), State::idle);
}

TEST_F(AgentTest, WhatWalledHasLostIsActivatedAgain) {
  ASSERT_TRUE(agent->offer(offer_of("1.0.0", 1)));
  good(1);
  effects.running.clear();
  agent->reconcile({});
  EXPECT_EQ(effects.running["ocr"], "1.0.0");
}

TEST_F(AgentTest, ASwitchThatWaitedForWalledHappensWhenItComes) {
  effects.script[State::switching] = {{Event::later, {.reason = "walled is not connected"}}};
  ASSERT_TRUE(agent->offer(offer_of("1.0.0", 1)));
  EXPECT_EQ(state(), State::switching);
  agent->reconcile({});
  EXPECT_EQ(state(), State::probation);
}

TEST_F(AgentTest, OutcomesStayUntilAcknowledged) {
  ASSERT_TRUE(agent->offer(offer_of("1.0.0", 1)));
  good(1);
  ASSERT_TRUE(agent->offer(offer_of("1.1.0", 2)));
  bad(2);
  EXPECT_EQ(agent->outcomes().value()[1].seq, 2U);
  ASSERT_TRUE(agent->acknowledge(1));
  EXPECT_THAT(results(), ElementsAre("rolled_back 1.1.0"));
  ASSERT_TRUE(agent->acknowledge(2));
  EXPECT_THAT(results(), ElementsAre());
}

}  // namespace
}  // namespace walle::update
