#include "streamd/store/store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace walle::streamd {
namespace {

class StoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/walle_store_XXXXXX";
    folder_ = ::mkdtemp(name);
    options_.path = folder_ + "/store.db";
    reopen();
  }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  void reopen() {
    store_.reset();
    auto store = Store::open(options_, clock_);
    ASSERT_TRUE(store) << store.error().message;
    store_ = std::move(*store);
  }
  std::vector<Value> rows(const StoreQuery& query) {
    std::vector<Value> out;
    const auto found = store_->query(query);
    EXPECT_TRUE(found) << found.error().message;
    for (const auto& row : *found) out.push_back(row.value);
    return out;
  }
  ManualClock clock_;
  StoreOptions options_;
  std::string folder_;
  std::unique_ptr<Store> store_;
};

TEST_F(StoreTest, GivesBackRowsNewestFirst) {
  ASSERT_TRUE(store_->append("lines", {{"text", "a"}}));
  ASSERT_TRUE(store_->append("lines", {{"text", "b"}}));
  EXPECT_EQ(rows({.table = "lines"}), (std::vector<Value>{{{"text", "b"}}, {{"text", "a"}}}));
  EXPECT_EQ(rows({.table = "lines", .newest_first = false})[0]["text"], "a");
  EXPECT_TRUE(rows({.table = "other"}).empty());
}

TEST_F(StoreTest, FiltersByEqualFieldsAndPages) {
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(store_->append("t", {{"i", i}, {"even", i % 2 == 0}}));
  EXPECT_EQ(rows({.table = "t", .where = {{"even", true}}, .limit = 2}),
            (std::vector<Value>{{{"i", 8}, {"even", true}}, {{"i", 6}, {"even", true}}}));
  const auto page = store_->query({.table = "t", .limit = 3});
  EXPECT_EQ(rows({.table = "t", .limit = 1, .before_number = page->back().number})[0]["i"], 6);
}

TEST_F(StoreTest, WritesBufferedRowsOnCountAgeAndRead) {
  options_.flush_rows = 3;
  reopen();
  ASSERT_TRUE(store_->append("t", {{"i", 0}}, Durability::memory));
  EXPECT_EQ(store_->stats()->transactions, 0);
  ASSERT_TRUE(store_->append("t", {{"i", 1}}, Durability::memory));
  ASSERT_TRUE(store_->append("t", {{"i", 2}}, Durability::memory));
  EXPECT_EQ(store_->stats()->transactions, 1);
  ASSERT_TRUE(store_->append("t", {{"i", 3}}, Durability::memory));
  EXPECT_EQ(store_->next_deadline_us(), clock_.monotonic_us() + options_.flush_age_us);
  clock_.advance_us(options_.flush_age_us);
  ASSERT_TRUE(store_->advance());
  EXPECT_EQ(store_->stats()->transactions, 2);
  EXPECT_EQ(store_->next_deadline_us(), INT64_MAX);
  ASSERT_TRUE(store_->append("t", {{"i", 4}}, Durability::memory));
  EXPECT_EQ(rows({.table = "t"}).size(), 5U);
  EXPECT_EQ(store_->stats()->transactions, 3);
}

TEST_F(StoreTest, PutsRowsOfAllTablesIntoOneTransaction) {
  for (const char* table : {"a", "b", "c"}) ASSERT_TRUE(store_->append(table, {{"x", 1}}, Durability::memory));
  ASSERT_TRUE(store_->flush());
  EXPECT_EQ(store_->stats()->transactions, 1);
}

TEST_F(StoreTest, KeepsRowsOverReopening) {
  ASSERT_TRUE(store_->append("t", {{"x", Value::binary({1})}}, Durability::memory));
  reopen();
  EXPECT_EQ(rows({.table = "t"})[0]["x"], Value::binary({1}));
  EXPECT_EQ(*store_->tables(), (std::vector<std::string>{"t"}));
}

TEST_F(StoreTest, DropsTheOldestRowsOfTheLargestTableOverItsByteLimit) {
  options_.max_bytes = 1 << 20;
  reopen();
  ASSERT_TRUE(store_->append("small", {{"x", 1}}));
  for (int i = 0; i < 60; ++i)
    ASSERT_TRUE(store_->append("large", {{"i", i}, {"x", Value::binary(std::vector<uint8_t>(50'000))}}));
  EXPECT_LE(store_->stats()->bytes, 2 << 20);
  EXPECT_GT(store_->stats()->dropped, 0);
  EXPECT_EQ(rows({.table = "small"}).size(), 1U);
  EXPECT_EQ(rows({.table = "large", .limit = 1})[0]["i"], 59);
}

TEST_F(StoreTest, ForgetsATable) {
  ASSERT_TRUE(store_->append("t", {{"x", 1}}));
  ASSERT_TRUE(store_->drop("t"));
  EXPECT_TRUE(rows({.table = "t"}).empty());
  ASSERT_TRUE(store_->append("t", {{"x", 2}}));
  EXPECT_EQ(rows({.table = "t"}).size(), 1U);
}

TEST_F(StoreTest, RefusesWrongTablesAndRows) {
  EXPECT_EQ(store_->append("Bad", {{"x", 1}}).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(store_->append("t", 3).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(store_->append("t", {{"x", std::string(2 << 20, 'x')}}).error().code, ErrorCode::resource_exhausted);
  const std::vector<Value> mixed{{{"x", 1}}, 3};
  EXPECT_FALSE(store_->append_rows("t", mixed));
  EXPECT_TRUE(rows({.table = "t"}).empty());
}

TEST_F(StoreTest, SetsADamagedFileAsideAndSaysSo) {
  store_.reset();
  std::ofstream(options_.path, std::ios::binary) << std::string(8192, 'x');
  std::filesystem::remove(options_.path + "-wal");
  reopen();
  EXPECT_NE(store_->notice().find(".corrupt-1"), std::string::npos);
}

TEST(Durability, IsNamed) {
  EXPECT_EQ(*durability_from("memory"), Durability::memory);
  EXPECT_EQ(*durability_from("flush"), Durability::flush);
  EXPECT_EQ(*durability_from("commit"), Durability::commit);
  EXPECT_FALSE(durability_from("sometimes"));
}

}  // namespace
}  // namespace walle::streamd
