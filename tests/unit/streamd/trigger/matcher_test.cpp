#include "streamd/trigger/matcher.h"

#include <gtest/gtest.h>

namespace walle::trigger {
namespace {

constexpr int64_t kSecondUs = 1'000'000;

class MatcherTest : public ::testing::Test {
 protected:
  void add(const std::string& condition, const std::string& owner = "task") {
    const Status status = matcher_->add(owner, condition, now_us_);
    ASSERT_TRUE(status) << status.error().message;
  }
  std::vector<Fired> feed(const std::string& id, const std::string& page = "", Value contents = Value::object()) {
    now_us_ += kSecondUs;
    return matcher_->on_event(std::make_shared<wire::Event>(wire::Event{id, page, now_us_, std::move(contents)}));
  }
  int64_t now_us_ = 1000 * kSecondUs;
  std::unique_ptr<Matcher> matcher_ = std::make_unique<Matcher>();
};

TEST_F(MatcherTest, TellsOwnerConditionAndEvents) {
  add("  a b ", "ocr");
  EXPECT_TRUE(feed("a").empty());
  const auto fired = feed("b");
  ASSERT_EQ(fired.size(), 1U);
  EXPECT_EQ(fired[0].owner, "ocr");
  EXPECT_EQ(fired[0].condition, "a b");
  EXPECT_EQ(fired[0].time_us, now_us_);
  ASSERT_EQ(fired[0].events.size(), 2U);
  EXPECT_EQ(fired[0].events[0]->id, "a");
}

TEST_F(MatcherTest, AddsAConditionOnceForAnOwner) {
  add("a", "one");
  add("a", "one");
  add("a", "two");
  EXPECT_EQ(matcher_->stats().conditions, 2U);
  EXPECT_EQ(feed("a").size(), 2U);
}

TEST_F(MatcherTest, ForgetsRemovedConditionsWhole) {
  add("a .. b");
  add("a .. b .. c");
  add("a .. !c within 5s", "other");
  add("every 5s", "other");
  add("each 2 a", "other");
  feed("a");
  ASSERT_TRUE(matcher_->remove("task", "a .. b"));
  EXPECT_EQ(matcher_->remove("task", "a .. b").error().code, ErrorCode::not_found);
  EXPECT_TRUE(feed("b").empty());
  EXPECT_EQ(feed("c").size(), 1U);
  matcher_->remove_owner("other");
  matcher_->remove_owner("task");
  EXPECT_EQ(matcher_->stats().conditions, 0U);
  EXPECT_EQ(matcher_->stats().nodes, 0U);
  EXPECT_EQ(matcher_->stats().pending_bytes, 0U);
  EXPECT_EQ(matcher_->next_deadline_us(), INT64_MAX);
}

TEST_F(MatcherTest, TakesANewConditionFromTheNextEventOn) {
  add("a .. b", "old");
  feed("a");
  add("a .. b", "new");
  const auto fired = feed("b");
  ASSERT_EQ(fired.size(), 1U);
  EXPECT_EQ(fired[0].owner, "old");
}

TEST_F(MatcherTest, BoundsTheNumberOfConditions) {
  matcher_ = std::make_unique<Matcher>(MatcherLimits{.conditions = 2});
  add("a");
  add("b");
  EXPECT_EQ(matcher_->add("task", "c", 0).error().code, ErrorCode::resource_exhausted);
}

TEST_F(MatcherTest, BoundsTheEventsOfAMatch) {
  matcher_ = std::make_unique<Matcher>(MatcherLimits{.events_per_match = 10});
  add("s .. a+ .. e");
  feed("s");
  for (int i = 0; i < 1000; ++i) feed("a");
  const auto fired = feed("e");
  ASSERT_EQ(fired.size(), 1U);
  EXPECT_LE(fired[0].events.size(), 10U);
  EXPECT_EQ(fired[0].events.front()->id, "s");
  EXPECT_EQ(fired[0].events.back()->id, "e");
  EXPECT_GT(matcher_->stats().overflow_events, 0U);
}

TEST_F(MatcherTest, BoundsTheBytesOfPendingEvents) {
  matcher_ = std::make_unique<Matcher>(MatcherLimits{.pending_bytes = 1 << 20});
  for (int i = 0; i < 100; ++i) add("e" + std::to_string(i) + " .. end");
  for (int i = 0; i < 100; ++i) {
    feed("e" + std::to_string(i), "", {{"x", Value::binary(std::vector<uint8_t>(100'000))}});
    EXPECT_LE(matcher_->stats().pending_bytes, 1U << 20);
  }
  EXPECT_GT(matcher_->stats().overflow_pending, 80U);
  EXPECT_EQ(feed("end").size(), 100U - matcher_->stats().overflow_pending);
}

TEST_F(MatcherTest, BoundsOpenAbsences) {
  matcher_ = std::make_unique<Matcher>(MatcherLimits{.absences = 8});
  add("a .. !b within 1h");
  for (int i = 0; i < 100; ++i) feed("a");
  EXPECT_EQ(matcher_->stats().overflow_pending, 92U);
  EXPECT_EQ(matcher_->advance(now_us_ + 7200 * kSecondUs).size(), 8U);
}

TEST_F(MatcherTest, FreesMatchesWhoseTimeIsOver) {
  add("a .. b within 5s");
  feed("a", "", {{"x", std::string(1000, 'x')}});
  EXPECT_GT(matcher_->stats().pending_bytes, 1000U);
  EXPECT_TRUE(matcher_->advance(now_us_ + 10 * kSecondUs).empty());
  EXPECT_EQ(matcher_->stats().pending_bytes, 0U);
}

TEST_F(MatcherTest, MergesTicksThatCameTooLate) {
  add("every 1s");
  EXPECT_EQ(matcher_->next_deadline_us(), now_us_ + kSecondUs);
  EXPECT_EQ(matcher_->advance(now_us_ + 10 * kSecondUs).size(), 1U);
  EXPECT_EQ(matcher_->stats().missed_ticks, 9U);
  EXPECT_EQ(matcher_->next_deadline_us(), now_us_ + 11 * kSecondUs);
}

TEST_F(MatcherTest, GoesOnAfterTheClockWasSetBack) {
  now_us_ = 4'000'000'000LL * kSecondUs;
  add("every 10s");
  (void)matcher_->advance(now_us_);
  now_us_ = 1'700'000'000LL * kSecondUs;
  (void)matcher_->advance(now_us_);
  EXPECT_LE(matcher_->next_deadline_us(), now_us_ + 10 * kSecondUs);
  EXPECT_EQ(matcher_->advance(now_us_ + 10 * kSecondUs).size(), 1U);
}

TEST_F(MatcherTest, SurvivesOddTimes) {
  add("a .. b within 5s");
  add("a .. !c within 5s");
  add("every 5s");
  for (const int64_t time_us : {int64_t{0}, int64_t{-5}, INT64_MIN, INT64_MAX, int64_t{1}, INT64_MAX}) {
    for (const char* id : {"a", "b"}) {
      (void)matcher_->on_event(std::make_shared<wire::Event>(wire::Event{id, "", time_us, {}}));
    }
    (void)matcher_->advance(time_us);
  }
  EXPECT_EQ(matcher_->stats().events, 12U);
}

TEST_F(MatcherTest, ShowsWhatIsPending) {
  add("a .. b .. c");
  feed("a");
  feed("b");
  const auto pending = matcher_->pending(10);
  ASSERT_EQ(pending.size(), 2U);
  EXPECT_EQ(pending[1].condition, "a .. b .. c");
  EXPECT_EQ(pending[1].steps_done, 2U);
  EXPECT_EQ(pending[1].since_us, now_us_ - kSecondUs);
}

TEST(Condition, KeepsWhatItSays) {
  const auto condition = parse_condition(" reader.enter .. !(b|c) image+ within 10m ");
  ASSERT_TRUE(condition) << condition.error().message;
  EXPECT_EQ(condition->text, "reader.enter .. !(b|c) image+ within 10m");
  EXPECT_EQ(condition->scope, "reader");
  EXPECT_EQ(condition->within_us, 600 * kSecondUs);
  ASSERT_EQ(condition->steps.size(), 3U);
  EXPECT_TRUE(condition->steps[1].gap_before && condition->steps[1].negated);
  EXPECT_TRUE(condition->steps[2].repeated && !condition->steps[2].optional);
}

TEST(Condition, IsBounded) {
  EXPECT_FALSE(parse_condition(std::string(2000, 'a')));
  EXPECT_FALSE(parse_condition(std::string(500, '(')));
  std::string many = "a";
  for (int i = 0; i < 40; ++i) many += " a";
  EXPECT_NE(parse_condition(many).error().message.find("at most 32 steps"), std::string::npos);
  std::string group = "(a0";
  for (int i = 1; i < 20; ++i) group += "|a" + std::to_string(i);
  EXPECT_NE(parse_condition(group + ")").error().message.find("at most 16 alternatives"), std::string::npos);
}

}  // namespace
}  // namespace walle::trigger
