#include "daemon/tasks/ledger.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>

namespace walle::daemon {
namespace {

class LedgerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder = ::testing::TempDir() + "walle-ledger-XXXXXX";
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    open();
  }
  void TearDown() override {
    ledger.reset();
    std::filesystem::remove_all(folder);
  }
  void open() {
    ledger.reset();
    ledger = Ledger::open(folder + "/walled.db", clock).value();
  }
  void activate(const std::string& version, int64_t counter, VersionState state = VersionState::good) {
    ASSERT_TRUE(ledger->activate({.key = {"t", version, counter}, .state = state}));
  }
  Value record(int64_t run, const std::string& version, const std::string& status) {
    return {{"run", run}, {"task", "t"}, {"version", version}, {"counter", 1}, {"status", status}, {"started_us", run}};
  }

  ManualClock clock;
  std::string folder;
  std::unique_ptr<Ledger> ledger;
};

TEST_F(LedgerTest, RemembersTheVersionBefore) {
  activate("1.0.0", 1);
  activate("1.1.0", 2);
  open();
  const auto current = ledger->current().value();
  ASSERT_EQ(current.size(), 1U);
  EXPECT_EQ(current[0].current, (VersionKey{"t", "1.1.0", 2}));
  EXPECT_EQ(current[0].previous, (VersionKey{"t", "1.0.0", 1}));
}

TEST_F(LedgerTest, AVersionThatNeverProvedItselfIsNotWhatOneReturnsTo) {
  activate("1.0.0", 1);
  activate("1.1.0", 2, VersionState::probation);
  activate("1.2.0", 3, VersionState::probation);
  EXPECT_EQ(ledger->current().value()[0].previous, (VersionKey{"t", "1.0.0", 1}));
}

TEST_F(LedgerTest, TheSameVersionAgainIsNoVersionBefore) {
  activate("1.0.0", 1);
  activate("1.1.0", 2);
  activate("1.1.0", 2);
  EXPECT_EQ(ledger->current().value()[0].previous, (VersionKey{"t", "1.0.0", 1}));
}

TEST_F(LedgerTest, RollsBackOnce) {
  activate("1.0.0", 1);
  activate("1.1.0", 2);
  ASSERT_TRUE(ledger->roll_back("t", "why"));
  EXPECT_EQ(ledger->current().value()[0].current.version, "1.0.0");
  EXPECT_EQ(ledger->roll_back("t", "why").error().code, ErrorCode::failed_precondition);
  const auto history = ledger->history("t", 10).value();
  EXPECT_EQ(history[0]["action"], "rolled_back");
  EXPECT_EQ(history[0]["version"], "1.0.0");
}

TEST_F(LedgerTest, QueuesFiringsWithTheCursorAndFindsThemAfterACrash) {
  const std::array<Firing, 2> firings{{{"t", "a b", {3, 4}, 9}, {"t", "c", {4}, 9}}};
  const auto runs = ledger->fire(firings, {.number = 4, .held = {2}}).value();
  ASSERT_TRUE(ledger->begin_run(runs[0]));
  open();
  EXPECT_EQ(ledger->progress().value().number, 4);
  EXPECT_EQ(ledger->progress().value().held, std::vector<int64_t>{2});
  const auto queued = ledger->queued().value();
  ASSERT_EQ(queued.size(), 2U);
  EXPECT_EQ(queued[0].firing.events, (std::vector<int64_t>{3, 4}));
  EXPECT_EQ(queued[0].attempts, 1);
  EXPECT_EQ(queued[1].attempts, 0);
}

TEST_F(LedgerTest, TheCursorNeverGoesBack) {
  ASSERT_TRUE(ledger->fire({}, {.number = 9}));
  ASSERT_TRUE(ledger->fire({}, {.number = 5}));
  EXPECT_EQ(ledger->progress().value().number, 9);
}

TEST_F(LedgerTest, AFinishedRunLeavesTheQueueAndCounts) {
  activate("1.0.0", 1);
  const std::array<Firing, 1> firings{{{"t", "a", {1}, 9}}};
  const int64_t run = ledger->fire(firings, {.number = 1}).value()[0];
  const auto row = ledger->finish_run(record(run, "1.0.0", "failed")).value();
  ASSERT_TRUE(row);
  EXPECT_EQ(row->runs, 1);
  EXPECT_EQ(row->failures, 1);
  EXPECT_TRUE(ledger->queued().value().empty());
  EXPECT_EQ(ledger->records("t", "failed", 0, 10).value().size(), 1U);
  EXPECT_TRUE(ledger->records("t", "ok", 0, 10).value().empty());
  EXPECT_TRUE(ledger->records("other", "", 0, 10).value().empty());
}

TEST_F(LedgerTest, RunNumbersAreNeverUsedTwice) {
  const int64_t first = ledger->number_run().value();
  open();
  EXPECT_GT(ledger->number_run().value(), first);
}

TEST_F(LedgerTest, LargeResultsAreReplacedByTheirSize) {
  Value large = record(1, "1.0.0", "ok");
  large["result"] = std::string(1U << 20, 'x');
  ASSERT_TRUE(ledger->finish_run(large));
  EXPECT_GT(ledger->records("", "", 0, 1).value()[0]["result"]["left_out_bytes"].get<int>(), 1 << 20);
}

TEST_F(LedgerTest, RemovingATaskForgetsItsVersionsAndQueue) {
  activate("1.0.0", 1);
  const std::array<Firing, 1> firings{{{"t", "a", {1}, 9}}};
  ASSERT_TRUE(ledger->fire(firings, {.number = 1}));
  ASSERT_TRUE(ledger->remove_task("t", "gone"));
  EXPECT_TRUE(ledger->current().value().empty());
  EXPECT_TRUE(ledger->versions().value().empty());
  EXPECT_TRUE(ledger->queued().value().empty());
  EXPECT_EQ(ledger->remove_task("t", "gone").error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace walle::daemon
