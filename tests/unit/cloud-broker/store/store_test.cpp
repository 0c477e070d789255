#include "cloud-broker/store/store.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace walle::store {
namespace {

// The same suite runs on SQLite always, and on PostgreSQL where WALLE_TEST_POSTGRESQL names an empty database.
class StoreTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (GetParam()) {
      const char* url = std::getenv("WALLE_TEST_POSTGRESQL");
      if (url == nullptr) GTEST_SKIP() << "WALLE_TEST_POSTGRESQL is not set";
      url_ = url;
      auto database = Database::open(url_);
      ASSERT_TRUE(database) << database.error().message;
      ASSERT_TRUE((*database)->execute("DROP SCHEMA public CASCADE"));
      ASSERT_TRUE((*database)->execute("CREATE SCHEMA public"));
    } else {
      folder_ = testing::TempDir() + "walle_store_" + std::to_string(::getpid());
      std::filesystem::remove_all(folder_);
      std::filesystem::create_directories(folder_);
      url_ = "sqlite://" + folder_ + "/broker.db";
    }
    open();
  }
  void TearDown() override {
    store_.reset();
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }
  void open() {
    store_.reset();
    auto store = Store::open(url_);
    ASSERT_TRUE(store) << store.error().message;
    store_ = std::move(*store);
  }
  static rollout::Release release(int64_t counter) {
    rollout::Release out;
    out.counter = counter;
    out.scenario = "library";
    out.task = "ocr";
    out.version = "1.2.0";
    out.plan = *rollout::parse_plan(R"(targets = "a == \"it's :x\"")");
    out.state = rollout::State::gray;
    out.created_us = 1'700'000'000'123'456;
    return out;
  }

  std::string folder_, url_;
  std::unique_ptr<Store> store_;
};

INSTANTIATE_TEST_SUITE_P(Databases, StoreTest, testing::Values(false, true),
                         [](const auto& kind) { return kind.param ? "postgresql" : "sqlite"; });

TEST_P(StoreTest, ReleasesSurviveReopening) {
  const int64_t counter = *store_->next_counter();
  const int64_t epoch = *store_->save({release(counter)}, {{0, 5, "me", "release.create", "ocr/v1.2.0", "x", ""}});
  open();
  const auto table = store_->load_table();
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->epoch, epoch);
  ASSERT_EQ(table->releases.size(), 1U);
  EXPECT_EQ(table->releases[0].state, rollout::State::gray);
  EXPECT_EQ(table->releases[0].created_us, 1'700'000'000'123'456);
  EXPECT_EQ(table->releases[0].plan.targets.text(), release(1).plan.targets.text());
  EXPECT_EQ(*store_->next_counter(), counter + 1);
}

TEST_P(StoreTest, EpochRisesWithEachSave) {
  const int64_t first = *store_->save({}, {});
  EXPECT_EQ(*store_->save({}, {}), first + 1);
}

TEST_P(StoreTest, OutcomesCountOnceAndOnlyForOffered) {
  ASSERT_TRUE(store_->save_device({"d1"}));
  ASSERT_TRUE(store_->record_offers({{1, "d1", 0, 100}, {1, "d2", 1, 100}, {1, "d1", 3, 900}}));
  const OutcomeRow good{1, 1, "ocr", "1.2.0", "committed", "", 0, 3, 0, 10};
  ASSERT_TRUE(store_->record_outcomes("d1", {good}, 200));
  ASSERT_TRUE(store_->record_outcomes("d1", {good}, 300));
  ASSERT_TRUE(store_->record_outcomes("stranger", {good}, 300));
  const auto tallies = store_->tallies(1, 0, 150);
  ASSERT_TRUE(tallies) << tallies.error().message;
  EXPECT_EQ(tallies->total.offered, 2);
  EXPECT_EQ(tallies->total.good, 1);
  EXPECT_EQ(tallies->total.silent, 1);
  EXPECT_EQ(tallies->stage.offered, 1);
  EXPECT_EQ((*store_->devices())[0].acked_seq, 1);
}

TEST_P(StoreTest, TokenIsSpentOnce) {
  const TokenRow token{"hash", "", {{"room", "reading"}}, 1, 1000, 0};
  ASSERT_TRUE(store_->add_token(token, {0, 1, "admin", "token.create", "", "", ""}));
  DeviceRow device;
  device.id = "d1";
  const auto enrolled = store_->enrol("hash", device, 10);
  ASSERT_TRUE(enrolled) << enrolled.error().message;
  EXPECT_EQ(enrolled->labels["room"], "reading");
  EXPECT_EQ(store_->enrol("hash", device, 10).error().code, ErrorCode::permission_denied);
  EXPECT_EQ(store_->enrol("other", device, 10).error().code, ErrorCode::permission_denied);
}

TEST_P(StoreTest, TokenExpiresAndMayNotTakeANameThatExists) {
  ASSERT_TRUE(store_->add_token({"a", "", Value::object(), 9, 1000, 0}, {}));
  DeviceRow device;
  device.id = "d1";
  EXPECT_FALSE(store_->enrol("a", device, 1001));
  ASSERT_TRUE(store_->enrol("a", device, 999));
  EXPECT_EQ(store_->enrol("a", device, 999).error().code, ErrorCode::already_exists);
  ASSERT_TRUE(store_->add_token({"b", "d1", Value::object(), 1, 1000, 0}, {}));
  EXPECT_TRUE(store_->enrol("b", device, 999)) << "a token for this name replaces its certificate";
}

TEST_P(StoreTest, MovedTagIsRefused) {
  ASSERT_TRUE(store_->remember_tag("library", "ocr/v1.0.0", "aaa", "c1", 1));
  ASSERT_TRUE(store_->remember_tag("library", "ocr/v1.0.0", "aaa", "c1", 2));
  const auto moved = store_->remember_tag("library", "ocr/v1.0.0", "bbb", "c1", 3);
  EXPECT_EQ(moved.error().code, ErrorCode::failed_precondition);
  EXPECT_NE(moved.error().message.find("has moved"), std::string::npos);
}

TEST_P(StoreTest, FeaturesAreStoredOnce) {
  const FeatureRow row{"d1", "f1", "ocr", "1.0.0", "ocr", 1, 2, R"({"words": 12})"};
  EXPECT_EQ(*store_->add_features({row, row}), 1);
  EXPECT_EQ(*store_->add_features({row}), 0);
  const auto found = store_->features({.task = "ocr"});
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ((*found)[0].value, row.value);
  EXPECT_TRUE(store_->features({.task = "other"})->empty());
}

TEST_P(StoreTest, AuditChainShowsEveryChange) {
  for (int i = 0; i < 5; ++i)
    ASSERT_TRUE(store_->audit({0, i, "admin", "release.pause", "ocr", "step " + std::to_string(i), ""}));
  EXPECT_EQ(*store_->verify_audit(), 5);
  auto database = *Database::open(url_);
  ASSERT_TRUE(database->execute("UPDATE audit SET detail = 'forged' WHERE seq = 3"));
  EXPECT_EQ(store_->verify_audit().error().message, "audit entry 3 was changed");
  ASSERT_TRUE(database->execute("DELETE FROM audit WHERE seq = 3"));
  EXPECT_EQ(store_->verify_audit().error().message, "audit entry 3 is missing");
}

TEST_P(StoreTest, AnswersAreKeptByIdempotencyKey) {
  ASSERT_TRUE(store_->remember_answer("k", {"r", 201, "{}"}, 1));
  ASSERT_TRUE(store_->remember_answer("k", {"other", 500, "no"}, 2));
  EXPECT_EQ((*store_->answer("k"))->status, 201);
  EXPECT_FALSE(store_->answer("none")->has_value());
}

TEST(Database, RefusesUnknownSchemes) {
  EXPECT_EQ(Database::open("mysql://x").error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(Database::open("sqlite://").error().code, ErrorCode::invalid_argument);
}

TEST(Database, RefusesANewerSchema) {
  const std::string path = testing::TempDir() + "walle_newer_" + std::to_string(::getpid()) + ".db";
  ASSERT_TRUE((*Database::open("sqlite://" + path))->execute("INSERT INTO schema_migrations VALUES (999, 'x')"));
  EXPECT_EQ(Database::open("sqlite://" + path).error().code, ErrorCode::failed_precondition);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace walle::store
