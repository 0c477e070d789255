#include "streamd/log/event_log.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace walle::streamd {
namespace {

constexpr int64_t kSecond = 1'000'000;

class EventLogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/walle_log_XXXXXX";
    folder_ = ::mkdtemp(name);
    options_.path = folder_ + "/log.db";
    reopen();
  }
  void TearDown() override {
    log_.reset();
    std::filesystem::remove_all(folder_);
  }
  void reopen() {
    log_.reset();
    auto log = EventLog::open(options_, clock_);
    ASSERT_TRUE(log) << log.error().message;
    log_ = std::move(*log);
  }
  std::vector<Accepted> append(std::vector<NewEvent> batch) {
    auto accepted = log_->append(batch);
    EXPECT_TRUE(accepted) << accepted.error().message;
    return accepted ? *accepted : std::vector<Accepted>{};
  }
  std::vector<std::string> ids(const LogQuery& query) {
    std::vector<std::string> out;
    const auto events = log_->read(query);
    EXPECT_TRUE(events) << events.error().message;
    for (const auto& one : *events) out.push_back(one.event.id);
    return out;
  }
  ManualClock clock_;
  LogOptions options_;
  std::string folder_;
  std::unique_ptr<EventLog> log_;
};

using Ids = std::vector<std::string>;

TEST_F(EventLogTest, KeepsEventsOverReopening) {
  append({{{"image", "reader", 0, {{"x", Value::binary({1, 2, 3})}}}, ""}});
  reopen();
  const auto events = log_->read({});
  ASSERT_EQ(events->size(), 1U);
  EXPECT_EQ(events->front().event.id, "image");
  EXPECT_EQ(events->front().event.page, "reader");
  EXPECT_EQ(events->front().event.time_us, clock_.wall_us());
  EXPECT_EQ(events->front().event.contents["x"], Value::binary({1, 2, 3}));
}

TEST_F(EventLogTest, GivesGrowingNumbers) {
  const auto accepted = append({{{"a", "", 1, {}}, ""}, {{"b", "", 2, {}}, ""}});
  EXPECT_LT(accepted[0].number, accepted[1].number);
  reopen();
  EXPECT_GT(append({{{"c", "", 3, {}}, ""}})[0].number, accepted[1].number);
}

TEST_F(EventLogTest, FindsDuplicatesByUidAlsoInOneBatch) {
  const auto accepted = append({{{"a", "", 0, {}}, "u1"}, {{"a", "", 0, {}}, "u1"}, {{"a", "", 0, {}}, ""}});
  EXPECT_FALSE(accepted[0].duplicate);
  EXPECT_TRUE(accepted[1].duplicate);
  EXPECT_EQ(accepted[1].number, accepted[0].number);
  EXPECT_FALSE(accepted[2].duplicate);
  reopen();
  EXPECT_TRUE(append({{{"a", "", 0, {}}, "u1"}})[0].duplicate);
  EXPECT_EQ(log_->stats()->events, 2);
}

TEST_F(EventLogTest, ReadsByRangePageAndId) {
  const int64_t now = clock_.wall_us();
  append({{{"a", "p", now, {}}, ""},
          {{"b", "q", now + 1, {}}, ""},
          {{"a", "q", now + 2, {}}, ""},
          {{"c", "", now + 3, {}}, ""}});
  EXPECT_EQ(ids({}), (Ids{"a", "b", "a", "c"}));
  EXPECT_EQ(ids({.page = "q"}), (Ids{"b", "a"}));
  EXPECT_EQ(ids({.page = "q", .id = "a"}), (Ids{"a"}));
  EXPECT_EQ(ids({.from_us = now + 1, .to_us = now + 3}), (Ids{"b", "a"}));
  EXPECT_EQ(ids({.after_number = 2}), (Ids{"a", "c"}));
  EXPECT_EQ(ids({.limit = 2, .newest_first = true}), (Ids{"c", "a"}));
}

TEST_F(EventLogTest, ForgetsByAge) {
  append({{{"old", "", clock_.wall_us(), {}}, ""}});
  clock_.advance_us(options_.max_age_us + kSecond);
  append({{{"new", "", 0, {}}, ""}});
  ASSERT_TRUE(log_->trim());
  EXPECT_EQ(ids({}), (Ids{"new"}));
  EXPECT_EQ(log_->stats()->dropped, 1);
}

TEST_F(EventLogTest, StaysUnderItsByteLimit) {
  options_.max_bytes = 1 << 20;
  reopen();
  for (int i = 0; i < 40; ++i) append({{{"big", "", 0, {{"x", Value::binary(std::vector<uint8_t>(100'000))}}}, ""}});
  ASSERT_TRUE(log_->trim());
  EXPECT_LE(log_->stats()->bytes, options_.max_bytes);
  EXPECT_EQ(log_->stats()->last_number, 40);
}

TEST_F(EventLogTest, SetsADamagedFileAsideAndSaysSo) {
  append({{{"a", "", 0, {}}, ""}});
  log_.reset();
  std::ofstream(options_.path, std::ios::binary) << std::string(8192, 'x');
  std::filesystem::remove(options_.path + "-wal");
  reopen();
  EXPECT_NE(log_->notice().find(options_.path + ".corrupt-1"), std::string::npos) << log_->notice();
  EXPECT_TRUE(std::filesystem::exists(options_.path + ".corrupt-1"));
  EXPECT_EQ(append({{{"b", "", 0, {}}, ""}}).size(), 1U);
}

TEST_F(EventLogTest, RefusesWhatIsNoEventWhole) {
  std::vector<NewEvent> batch{{{"a", "", 0, {}}, ""}, {{"B", "", 0, {}}, ""}};
  EXPECT_FALSE(log_->append(batch));
  EXPECT_EQ(log_->stats()->events, 0);
}

TEST_F(EventLogTest, RefusesADatabaseOfANewerBuild) {
  log_.reset();
  const std::string command = "sqlite3 " + options_.path + " 'PRAGMA user_version=99'";
  if (std::system(command.c_str()) != 0) GTEST_SKIP() << "no sqlite3 shell";
  EXPECT_EQ(EventLog::open(options_, clock_).error().code, ErrorCode::failed_precondition);
}

}  // namespace
}  // namespace walle::streamd
