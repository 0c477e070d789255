#include "streamd/tunnel/spool.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

namespace walle::streamd {
namespace {

class SpoolTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/walle_spool_XXXXXX";
    folder_ = ::mkdtemp(name);
    options_.path = folder_ + "/spool.db";
    reopen();
  }
  void TearDown() override {
    spool_.reset();
    std::filesystem::remove_all(folder_);
  }
  void reopen() {
    spool_.reset();
    auto spool = Spool::open(options_, clock_);
    ASSERT_TRUE(spool) << spool.error().message;
    spool_ = std::move(*spool);
  }
  std::string add(size_t bytes = 10) {
    const NewFeature feature{"ocr", "1.0.0", "words", std::vector<uint8_t>(bytes, 7), ""};
    const auto ids = spool_->add({&feature, 1});
    EXPECT_TRUE(ids) << ids.error().message;
    return ids ? ids->front() : "";
  }
  std::vector<std::string> waiting(size_t max_bytes = 1 << 20, size_t max_count = 256, int64_t after = 0) {
    std::vector<std::string> ids;
    const auto batch = spool_->next(max_bytes, max_count, after);
    EXPECT_TRUE(batch) << batch.error().message;
    for (const auto& feature : batch->features) ids.push_back(feature.id);
    return ids;
  }
  ManualClock clock_;
  SpoolOptions options_;
  std::string folder_;
  std::unique_ptr<Spool> spool_;
};

using Ids = std::vector<std::string>;

TEST_F(SpoolTest, AGivenIdThatWaitsIsNotAddedTwice) {
  const NewFeature feature{"ocr", "1.0.0", "words", {7}, "run-1-2-0"};
  ASSERT_TRUE(spool_->add({&feature, 1}));
  ASSERT_TRUE(spool_->add({&feature, 1}));
  EXPECT_EQ(waiting(), (Ids{"run-1-2-0"}));
}

TEST_F(SpoolTest, AGivenIdWithOtherCharactersIsRefused) {
  const NewFeature feature{"ocr", "1.0.0", "words", {7}, "Run/1"};
  EXPECT_FALSE(spool_->add({&feature, 1}));
}

TEST_F(SpoolTest, HandsOutUntilAcknowledgedAlsoAfterReopening) {
  const std::string a = add();
  const std::string b = add();
  EXPECT_EQ(waiting(), (Ids{a, b}));
  reopen();
  EXPECT_EQ(waiting(), (Ids{a, b}));
  ASSERT_TRUE(spool_->acknowledge(Ids{a}));
  reopen();
  EXPECT_EQ(waiting(), (Ids{b}));
  ASSERT_TRUE(spool_->acknowledge(Ids{a, b, "unknown"}));
  EXPECT_TRUE(waiting().empty());
  EXPECT_EQ(spool_->stats()->bytes, 0);
}

TEST_F(SpoolTest, KeepsEveryFieldOfAFeature) {
  const std::string id = add(3);
  const auto feature = spool_->next(1 << 20)->features.front();
  EXPECT_EQ(feature, (wire::Feature{id, "ocr", "1.0.0", "words", clock_.wall_us(), {7, 7, 7}}));
}

TEST_F(SpoolTest, NeverRepeatsAnId) {
  std::set<std::string> ids;
  for (int i = 0; i < 10; ++i) {
    ids.insert(add());
    ids.insert(add());
    reopen();
  }
  EXPECT_EQ(ids.size(), 20U);
  for (const auto& id : ids) EXPECT_LE(id.size(), 64U);
}

TEST_F(SpoolTest, BoundsABatchByBytesAndCountAndContinuesAfterIt) {
  const Ids ids{add(1000), add(1000), add(1000)};
  EXPECT_EQ(waiting(2000), (Ids{ids[0], ids[1]}));
  EXPECT_EQ(waiting(10), (Ids{ids[0]}));
  EXPECT_EQ(waiting(1 << 20, 1), (Ids{ids[0]}));
  const auto first = spool_->next(2000);
  EXPECT_EQ(waiting(2000, 256, first->position), (Ids{ids[2]}));
}

TEST_F(SpoolTest, DropsTheOldestWhenFullAndCounts) {
  options_.max_bytes = 5000;
  reopen();
  const std::string first = add(2000);
  const std::string second = add(2000);
  const std::string third = add(2000);
  EXPECT_EQ(waiting(), (Ids{second, third}));
  EXPECT_EQ(spool_->stats()->dropped, 1);
  EXPECT_LE(spool_->stats()->bytes, options_.max_bytes);
}

TEST_F(SpoolTest, RefusesTheNewOneWhenFullIfAsked) {
  options_.max_bytes = 3000;
  options_.policy = SpoolPolicy::refuse_new;
  reopen();
  const std::string first = add(2000);
  const NewFeature feature{"ocr", "1", "words", std::vector<uint8_t>(2000)};
  EXPECT_EQ(spool_->add({&feature, 1}).error().code, ErrorCode::resource_exhausted);
  EXPECT_EQ(waiting(), (Ids{first}));
}

TEST_F(SpoolTest, ForgetsFeaturesPastTheirAge) {
  add();
  clock_.advance_us(options_.max_age_us + 1);
  EXPECT_TRUE(waiting().empty());
  EXPECT_EQ(spool_->stats()->dropped, 1);
}

TEST_F(SpoolTest, RefusesWhatIsNoFeature) {
  const NewFeature bad{"Ocr", "1", "words", {}};
  EXPECT_FALSE(spool_->add({&bad, 1}));
  const NewFeature large{"ocr", "1", "words", std::vector<uint8_t>(options_.max_feature_bytes + 1)};
  EXPECT_FALSE(spool_->add({&large, 1}));
}

TEST_F(SpoolTest, SetsADamagedFileAsideAndSaysSo) {
  spool_.reset();
  std::ofstream(options_.path, std::ios::binary) << std::string(8192, 'x');
  std::filesystem::remove(options_.path + "-wal");
  reopen();
  EXPECT_NE(spool_->notice().find(".corrupt-1"), std::string::npos);
}

}  // namespace
}  // namespace walle::streamd
