#include <gtest/gtest.h>

#include "streamd/sequence/page_visits.h"
#include "streamd/sequence/reorder.h"

namespace walle::streamd {
namespace {

std::vector<int64_t> numbers(const std::vector<Sequenced>& list) {
  std::vector<int64_t> out;
  for (const auto& one : list) out.push_back(one.number);
  return out;
}

Sequenced at(int64_t number, int64_t time_us) { return {number, {"a", "", time_us, {}}}; }

using Numbers = std::vector<int64_t>;

TEST(Reorder, PassesEventsAtOnceWithoutAHold) {
  Reorder reorder({});
  EXPECT_EQ(numbers(reorder.push(at(1, 10), "", 10)), (Numbers{1}));
  EXPECT_EQ(numbers(reorder.push(at(2, 10), "", 10)), (Numbers{2}));
  const auto late = reorder.push(at(3, 5), "", 11);
  EXPECT_EQ(numbers(late), (Numbers{3}));
  EXPECT_TRUE(late[0].late);
}

TEST(Reorder, SortsWithinTheHold) {
  Reorder reorder({.hold_us = 10});
  EXPECT_TRUE(reorder.push(at(1, 100), "", 100).empty());
  EXPECT_TRUE(reorder.push(at(2, 95), "", 100).empty());
  EXPECT_TRUE(reorder.push(at(3, 100), "", 100).empty());
  EXPECT_EQ(reorder.next_deadline_us(), 105);
  EXPECT_EQ(numbers(reorder.push(at(4, 112), "", 112)), (Numbers{2, 1, 3}));
  EXPECT_EQ(numbers(reorder.advance(122)), (Numbers{4}));
}

TEST(Reorder, SetsLateEventsAsideOrDropsThem) {
  Reorder side({.hold_us = 0, .late = LateRule::side});
  EXPECT_EQ(side.push(at(1, 100), "", 100).size(), 1U);
  EXPECT_TRUE(side.push(at(2, 50), "", 100).empty());
  EXPECT_EQ(numbers(side.take_late()), (Numbers{2}));
  Reorder drop({.late = LateRule::drop});
  EXPECT_EQ(drop.push(at(1, 100), "", 100).size(), 1U);
  EXPECT_TRUE(drop.push(at(2, 50), "", 100).empty());
  EXPECT_EQ(drop.stats().late, 1);
  EXPECT_TRUE(drop.take_late().empty());
}

TEST(Reorder, FindsDuplicatesByUid) {
  Reorder reorder({.remembered_uids = 2});
  EXPECT_EQ(reorder.push(at(1, 1), "u", 1).size(), 1U);
  EXPECT_TRUE(reorder.push(at(2, 2), "u", 2).empty());
  EXPECT_EQ(reorder.push(at(3, 3), "v", 3).size(), 1U);
  EXPECT_EQ(reorder.push(at(4, 4), "w", 4).size(), 1U);
  EXPECT_EQ(reorder.push(at(5, 5), "u", 5).size(), 1U);
  EXPECT_EQ(reorder.stats().duplicates, 1);
}

TEST(Reorder, GivesEventsOfTheFutureTheClocksTime) {
  Reorder reorder({.future_us = 1000});
  EXPECT_EQ(reorder.push(at(1, INT64_MAX), "", 50)[0].event.time_us, 50);
  EXPECT_EQ(numbers(reorder.push(at(2, 60), "", 60)), (Numbers{2}));
}

TEST(Reorder, ReleasesEarlyWhatItCannotHold) {
  Reorder reorder({.hold_us = 1'000'000, .max_held = 3});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(reorder.push(at(i, i), "", i).empty());
  EXPECT_EQ(numbers(reorder.push(at(3, 3), "", 3)), (Numbers{0}));
  EXPECT_EQ(numbers(reorder.flush()), (Numbers{1, 2, 3}));
}

wire::Event event(const char* page, const char* id, int64_t time_us) { return {id, page, time_us, {}}; }

std::vector<std::string> ids(const PageVisit& visit) {
  std::vector<std::string> out;
  for (const auto& one : visit.events) out.push_back(one.id);
  return out;
}

using Ids = std::vector<std::string>;

TEST(PageVisits, CollectWhatHappenedBetweenEnterAndExit) {
  PageVisits visits;
  EXPECT_EQ(visits.place(event("", "tick", 0)).visit, 0U);
  const uint64_t visit = visits.place(event("p", "enter", 1)).visit;
  EXPECT_EQ(visits.place(event("p", "x", 2)).visit, visit);
  const auto placement = visits.place(event("p", "exit", 3));
  ASSERT_EQ(placement.closed.size(), 1U);
  EXPECT_EQ(ids(placement.closed[0]), (Ids{"enter", "x", "exit"}));
  EXPECT_EQ(placement.closed[0].from_us, 1);
  EXPECT_EQ(placement.closed[0].to_us, 3);
  EXPECT_FALSE(placement.closed[0].missing_enter || placement.closed[0].missing_exit);
}

TEST(PageVisits, Nest) {
  PageVisits visits;
  const uint64_t outer = visits.place(event("outer", "enter", 1)).visit;
  (void)visits.place(event("inner", "enter", 2));
  (void)visits.place(event("outer", "x", 3));
  const auto inner = visits.place(event("inner", "exit", 4)).closed;
  ASSERT_EQ(inner.size(), 1U);
  EXPECT_EQ(inner[0].parent, outer);
  EXPECT_EQ(ids(inner[0]), (Ids{"enter", "exit"}));
  EXPECT_EQ(ids(visits.open_visits()[0]), (Ids{"enter", "x"}));
}

TEST(PageVisits, CloseAVisitWhoseExitIsMissing) {
  PageVisits visits;
  (void)visits.place(event("p", "enter", 1));
  const auto closed = visits.place(event("p", "enter", 2)).closed;
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_TRUE(closed[0].missing_exit);
  EXPECT_EQ(visits.open_visits().size(), 1U);
}

TEST(PageVisits, OpenAVisitWhoseEnterIsMissing) {
  PageVisits visits;
  EXPECT_GT(visits.place(event("p", "x", 1)).visit, 0U);
  const auto closed = visits.place(event("q", "exit", 2)).closed;
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_TRUE(closed[0].missing_enter);
}

TEST(PageVisits, AreBounded) {
  PageVisits visits({.max_open = 10, .max_events = 3, .idle_us = 100});
  for (int i = 0; i < 1000; ++i) (void)visits.place(event(("p" + std::to_string(i)).c_str(), "enter", i));
  EXPECT_EQ(visits.open_visits().size(), 10U);
  EXPECT_EQ(visits.stats().evicted, 990U);
  for (int i = 0; i < 10; ++i) (void)visits.place(event("p999", "x", 1000));
  EXPECT_EQ(visits.open_visits().back().events.size(), 3U);
  EXPECT_EQ(visits.open_visits().back().events_seen, 11U);
  EXPECT_EQ(visits.advance(visits.next_deadline_us()).size(), 1U);
}

}  // namespace
}  // namespace walle::streamd
