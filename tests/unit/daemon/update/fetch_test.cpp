#include "daemon/update/fetch.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "ipc/bundle/chunker.h"
#include "tests/support/origin_writer.h"
#include "tests/support/range_server.h"
#include "tests/support/temporary_folder.h"

namespace walle::update {
namespace {

struct FetchTest : testing::Test {
  support::TemporaryFolder folder;
  support::OriginWriter origin{folder / "origin"};
  support::RangeServer server{folder / "origin"};
  bundle::BlobStore store = bundle::BlobStore::open(folder / "device").value();
  bundle::BuiltBundle built;
  Http http{{.connect_seconds = 2}};
  FetchStats stats;

  void SetUp() override {
    support::write_task(folder / "ocr", "ocr", "1.0.0", 1'500'000);
    built = origin.publish(folder / "ocr", 1, 1);
  }
  Status fetch(std::vector<std::string> origins = {}, const std::vector<Seed>& seeds = {}) {
    if (origins.empty()) origins = {server.url()};
    return fetch_bundle(built.manifest, store, origins, seeds, http, stats);
  }
  void expect_whole() {
    for (const auto& file : built.manifest.files) EXPECT_TRUE(store.verify(file.sha256)) << file.path;
  }
};

TEST_F(FetchTest, BringsEveryBlobOnce) {
  EXPECT_EQ(missing_bytes(built.manifest, store), total_bytes(built.manifest));
  const Status status = fetch();
  ASSERT_TRUE(status) << status.error().message;
  expect_whole();
  EXPECT_EQ(stats.downloaded, total_bytes(built.manifest));
  const int before = server.blob_requests;
  ASSERT_TRUE(fetch());
  EXPECT_EQ(server.blob_requests, before);
}

TEST_F(FetchTest, ACutConnectionResumesAtTheLastGoodChunk) {
  server.cut = 700'000;
  int tries = 0;
  while (!fetch()) ASSERT_LT(++tries, 6);
  expect_whole();
  EXPECT_EQ(stats.downloaded, total_bytes(built.manifest));
  EXPECT_LT(server.body_bytes, total_bytes(built.manifest) + (tries + 1) * (2 * bundle::kMaxChunk));
  EXPECT_GE(tries, 1);
}

TEST_F(FetchTest, AServerWithoutRangesStillResumes) {
  server.cut = 700'000;
  EXPECT_FALSE(fetch());
  server.cut = 0;
  server.ignore_ranges = true;
  EXPECT_TRUE(fetch());
  expect_whole();
}

TEST_F(FetchTest, CorruptBytesNeverStayAndAnotherMirrorHelps) {
  server.corrupt = true;
  EXPECT_EQ(fetch().error().code, ErrorCode::data_loss);
  const support::RangeServer mirror(folder / "origin");
  EXPECT_TRUE(fetch({server.url(), mirror.url()}));
  expect_whole();
}

TEST_F(FetchTest, AnEndlessBodyIsCutOff) {
  server.endless = true;
  EXPECT_TRUE(fetch());
  expect_whole();
}

TEST_F(FetchTest, ADeadServerIsUnavailable) {
  server.down = true;
  EXPECT_EQ(fetch().error().code, ErrorCode::unavailable);
  EXPECT_EQ(fetch({"http://127.0.0.1:1"}).error().code, ErrorCode::unavailable);
}

TEST_F(FetchTest, OnlyChangedChunksAreFetched) {
  ASSERT_TRUE(fetch());
  const Seed seed{.manifest = built.manifest, .folder = folder / "ocr-old"};
  std::filesystem::copy(folder / "ocr", folder / "ocr-old", std::filesystem::copy_options::recursive);
  {
    std::fstream file(folder / "ocr/models/weights.bin", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(700'000);
    file.write("changed", 7);
  }
  built = origin.publish(folder / "ocr", 2, 1);
  stats = {};
  ASSERT_TRUE(fetch({}, {seed}));
  expect_whole();
  EXPECT_LE(stats.downloaded, 2 * bundle::kMaxChunk);
  EXPECT_GT(stats.reused, 900'000);
}

TEST_F(FetchTest, DamageThatAnEarlierAttemptLeftIsSeen) {
  const auto& file = built.manifest.files[1];
  ASSERT_EQ(file.path, "models/weights.bin");
  auto partial = store.begin(file.sha256, file.size).value();
  ASSERT_TRUE(partial.append(std::vector<uint8_t>(500'000, 7)));
  EXPECT_TRUE(fetch());
  expect_whole();
}

TEST_F(FetchTest, CancellingStopsIt) {
  Http stopped({.cancelled = [] { return true; }});
  EXPECT_EQ(fetch_bundle(built.manifest, store, {server.url()}, {}, stopped, stats).error().code, ErrorCode::cancelled);
}

}  // namespace
}  // namespace walle::update
