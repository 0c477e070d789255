// A real file system without a free byte under each thing that keeps what was acknowledged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "ipc/bundle/store.h"
#include "streamd/log/event_log.h"
#include "streamd/store/store.h"
#include "streamd/tunnel/spool.h"
#include "tests/support/small_disk.h"
#include "tests/support/temporary_folder.h"

namespace walle {
namespace {

constexpr int kMost = 4'000;  // more than fits

class FullDisk : public testing::Test {
 protected:
  void SetUp() override {
    if (!disk.mounted()) GTEST_SKIP() << "this machine lets us mount no file system";
  }
  /// Repeats `add` until it is refused; how often it went well. What it said is in `refusal`.
  template <class Add>
  int until_refused(Add add) {
    disk.fill();
    for (int count = 0; count < kMost; ++count) {
      const auto done = add(count);
      if (done) continue;
      refusal = done.error();
      return count;
    }
    ADD_FAILURE() << "was never refused";
    return kMost;
  }

  support::TemporaryFolder folder;
  support::SmallDisk disk{folder / "disk", "2m"};
  ManualClock clock;
  Error refusal;
  const std::string large = std::string(16'000, 'x');
};

TEST_F(FullDisk, EventLogRefusesWithTheReasonAndKeepsWhatItAccepted) {
  const streamd::LogOptions options{.path = disk.folder() + "/events.db"};
  auto log = streamd::EventLog::open(options, clock).value();
  const auto add = [&](int count) {
    std::array<streamd::NewEvent, 1> batch{{{{"tap", "", 0, {{"n", count}, {"text", large}}}, ""}}};
    clock.advance_us(1);
    return log->append(batch);
  };
  ASSERT_TRUE(add(0));
  const int accepted = 1 + until_refused(add);
  EXPECT_EQ(refusal.code, ErrorCode::resource_exhausted) << refusal.message;
  EXPECT_THAT(refusal.message, testing::HasSubstr("the disk is full; free some space where '" + options.path));
  EXPECT_EQ(log->stats()->events, accepted) << "reading goes on";
  disk.make_room();
  EXPECT_TRUE(add(0)) << "without opening it anew";
  log.reset();
  EXPECT_EQ(streamd::EventLog::open(options, clock).value()->stats()->events, accepted + 1);
}

TEST_F(FullDisk, StoreRefusesWithTheReasonAndKeepsWhatItFlushed) {
  const streamd::StoreOptions options{.path = disk.folder() + "/rows.db"};
  auto store = streamd::Store::open(options, clock).value();
  const auto add = [&](int count) {
    return store->append("lines", {{"n", count}, {"text", large}}, streamd::Durability::flush);
  };
  ASSERT_TRUE(add(0));
  const int accepted = 1 + until_refused(add);
  EXPECT_EQ(refusal.code, ErrorCode::resource_exhausted) << refusal.message;
  EXPECT_THAT(refusal.message, testing::HasSubstr("the disk is full"));
  disk.make_room();
  EXPECT_TRUE(add(0));
  store.reset();
  EXPECT_EQ(streamd::Store::open(options, clock).value()->stats()->rows, accepted + 1);
}

TEST_F(FullDisk, RowsInMemoryWaitForTheDisk) {
  auto store = streamd::Store::open({.path = disk.folder() + "/rows.db"}, clock).value();
  ASSERT_TRUE(store->append("lines", {{"n", 0}}, streamd::Durability::commit));
  until_refused([&](int count) {
    return store->append("lines", {{"n", count}, {"text", large}}, streamd::Durability::flush);
  });
  ASSERT_TRUE(store->append("lines", {{"n", -1}}, streamd::Durability::memory));
  disk.make_room();
  const auto rows = store->query({.table = "lines", .where = {{"n", -1}}});
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->size(), 1U);
}

TEST_F(FullDisk, SpoolRefusesWithTheReasonAndKeepsWhatItTook) {
  const streamd::SpoolOptions options{.path = disk.folder() + "/spool.db"};
  auto spool = streamd::Spool::open(options, clock).value();
  const std::vector<uint8_t> value(large.begin(), large.end());
  const auto add = [&](int) {
    const std::array<streamd::NewFeature, 1> one{{{.task = "t", .version = "1.0.0", .name = "f", .value = value}}};
    return spool->add(one);
  };
  ASSERT_TRUE(add(0));
  const int accepted = 1 + until_refused(add);
  EXPECT_EQ(refusal.code, ErrorCode::resource_exhausted) << refusal.message;
  EXPECT_THAT(refusal.message, testing::HasSubstr("the disk is full"));
  disk.make_room();
  EXPECT_TRUE(add(0));
  spool.reset();
  EXPECT_EQ(streamd::Spool::open(options, clock).value()->stats()->waiting, accepted + 1);
}

TEST_F(FullDisk, ArtifactStoreRefusesWithTheReasonAndResumes) {
  const auto blobs = bundle::BlobStore::open(disk.folder()).value();
  const Digest kept = blobs.put(large).value();
  const std::string next = large + "y";
  disk.fill();
  const auto refused = blobs.put(next);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::resource_exhausted) << refused.error().message;
  EXPECT_THAT(refused.error().message, testing::HasSubstr("No space left on device"));
  EXPECT_FALSE(blobs.has(sha256(next))) << "a name appears only over whole bytes";
  EXPECT_TRUE(blobs.verify(kept));
  disk.make_room();
  EXPECT_TRUE(blobs.put(next));
}

}  // namespace
}  // namespace walle
