#include "daemon/update/device_effects.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "ipc/bundle/chunker.h"
#include "tests/support/range_server.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/daemon/update/device_rig.h"

namespace walle::update {
namespace {

struct DeviceEffectsTest : testing::Test {
  support::TemporaryFolder folder;
  ManualClock clock;
  support::OriginWriter origin{folder / "origin"};
  support::RangeServer server{folder / "origin"};
  std::unique_ptr<DeviceRig> device = std::make_unique<DeviceRig>(folder / "device", origin.root_json(), clock);

  bundle::BuiltBundle publish(const std::string& version, int64_t counter, uint32_t seed = 1) {
    support::write_task(folder / ("src" + version), "ocr", version, 400'000, seed);
    return origin.publish(folder / ("src" + version), counter, clock.wall_us());
  }
  void take(const wire::Offer& offer) {
    const Status status = device->agent->offer(offer);
    ASSERT_TRUE(status) << status.error().message;
    device->pump();
  }
  wire::Outcome last() {
    const auto outcomes = device->agent->outcomes().value();
    return outcomes.empty() ? wire::Outcome{} : outcomes.back();
  }
  std::vector<std::string> folders() {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "device/state/bundles/ocr")) {
      out.push_back(entry.path().filename().string());
    }
    return out;
  }
};

TEST_F(DeviceEffectsTest, APublishedVersionIsInstalledAndRuns) {
  const auto built = publish("1.0.0", 1);
  take(offer_of(built, 1, server.url()));
  EXPECT_EQ(device->host.running("ocr"), "1.0.0");
  EXPECT_EQ(last().result, "committed") << last().reason;
  EXPECT_EQ(last().bytes, total_bytes(built.manifest) + static_cast<int64_t>(built.text.size()));
  EXPECT_EQ(device->agent->rows().at("ocr").probation_us, 600'000'000) << "from task.toml";
}

TEST_F(DeviceEffectsTest, ARollbackDownloadsNothing) {
  const auto one = publish("1.0.0", 1);
  take(offer_of(one, 1, server.url()));
  take(offer_of(publish("1.1.0", 2, 2), 2, server.url()));
  EXPECT_EQ(device->host.running("ocr"), "1.1.0");
  const int requests = server.blob_requests;
  wire::Offer back = offer_of(one, 3, server.url());
  back.tasks[0].action = wire::OfferAction::rollback;
  take(back);
  EXPECT_EQ(device->host.running("ocr"), "1.0.0");
  EXPECT_EQ(server.blob_requests, requests);
  EXPECT_EQ(last().bytes, 0);
}

TEST_F(DeviceEffectsTest, CurrentAndPreviousStayOnDiskAndNoMore) {
  take(offer_of(publish("1.0.0", 1, 1), 1, server.url()));
  take(offer_of(publish("1.1.0", 2, 2), 2, server.url()));
  take(offer_of(publish("1.2.0", 3, 3), 3, server.url()));
  EXPECT_EQ(folders().size(), 2U);
  const auto blobs = bundle::BlobStore::open(folder / "device/state").value().list().value();
  // Two versions: a manifest, task.toml, main.py and weights each.
  EXPECT_EQ(blobs.size(), 8U);
}

TEST_F(DeviceEffectsTest, AFailedVersionIsCollected) {
  take(offer_of(publish("1.0.0", 1, 1), 1, server.url()));
  device->bad = {"1.1.0"};
  take(offer_of(publish("1.1.0", 2, 2), 2, server.url()));
  EXPECT_EQ(device->host.running("ocr"), "1.0.0");
  EXPECT_EQ(last().result, "rolled_back");
  device->bad.clear();
  take(offer_of(publish("1.2.0", 3, 3), 3, server.url()));
  EXPECT_EQ(device->host.running("ocr"), "1.2.0");
  EXPECT_EQ(folders().size(), 2U);
}

TEST_F(DeviceEffectsTest, TheDirectorAloneCannotChooseWhatRuns) {
  const auto built = publish("1.0.0", 1);
  wire::Offer offer = offer_of(built, 1, server.url());
  offer.tasks[0].manifest = sha256("another manifest");
  take(offer);
  EXPECT_EQ(last().result, "failed");
  EXPECT_NE(last().reason.find("the publisher signed another manifest"), std::string::npos) << last().reason;
  EXPECT_EQ(device->host.running("ocr"), "");
}

TEST_F(DeviceEffectsTest, AnOfferBelowThePublicationsCounterIsRefused) {
  const auto built = publish("1.0.0", 5);
  take(offer_of(built, 4, server.url()));
  EXPECT_EQ(last().result, "failed");
}

TEST_F(DeviceEffectsTest, WhatNeedsANewerWalleIsRefusedWithTheReason) {
  support::write_task(folder / "src", "ocr", "1.0.0");
  auto built =
      bundle::build_bundle({.folder = folder / "src", .scenario = "reading", .counter = 1, .min_runtime = "9.0.0"},
                           origin.store())
          .value();
  origin.targets().entries["ocr/1.0.0"] = {
      .manifest = built.digest, .manifest_bytes = static_cast<int64_t>(built.text.size()), .counter = 1};
  origin.sign(clock.wall_us());
  take(offer_of(built, 1, server.url()));
  EXPECT_NE(last().reason.find("needs Walle 9.0.0"), std::string::npos) << last().reason;
}

TEST_F(DeviceEffectsTest, AnUnreachableOriginIsNeverTheTasksFault) {
  const auto built = publish("1.0.0", 1);
  server.down = true;
  take(offer_of(built, 1, server.url()));
  EXPECT_EQ(last().result, "");
  EXPECT_EQ(device->agent->rows().at("ocr").state, State::offered);
  server.down = false;
  clock.advance_us(device->agent->next_wake_us() - clock.monotonic_us());
  device->agent->tick();
  device->pump();
  EXPECT_EQ(device->host.running("ocr"), "1.0.0");
}

TEST_F(DeviceEffectsTest, ALostBlobIsFetchedAgainWhenItIsNeeded) {
  const auto one = publish("1.0.0", 1);
  take(offer_of(one, 1, server.url()));
  take(offer_of(publish("1.1.0", 2, 2), 2, server.url()));
  const auto store = bundle::BlobStore::open(folder / "device/state").value();
  support::must(store.remove(one.manifest.files[1].sha256));
  std::filesystem::remove_all(device->effects->folder_of("ocr", one.digest));
  take(offer_of(one, 3, server.url()));
  EXPECT_EQ(device->host.running("ocr"), "1.0.0");
}

TEST_F(DeviceEffectsTest, AFolderThatWasTamperedWithIsMendedBeforeItRunsAgain) {
  const auto one = publish("1.0.0", 1);
  take(offer_of(one, 1, server.url()));
  take(offer_of(publish("1.1.0", 2, 2), 2, server.url()));
  const std::string main = device->effects->folder_of("ocr", one.digest) + "/main.py";
  support::must(write_file_atomically(main, std::string_view("evil")));
  take(offer_of(one, 3, server.url()));
  EXPECT_EQ(device->host.running("ocr"), "1.0.0");
  EXPECT_NE(read_text(main).value(), "evil");
}

TEST_F(DeviceEffectsTest, AChangedModelCostsItsChangedChunks) {
  support::write_task(folder / "src", "ocr", "1.0.0", 2'000'000, 1);
  take(offer_of(origin.publish(folder / "src", 1, clock.wall_us()), 1, server.url()));
  auto bytes = read_file(folder / "src/models/weights.bin").value();
  bytes[1'000'000] ^= 1U;
  support::write_task(folder / "src", "ocr", "1.0.1");
  support::must(write_file_atomically(folder / "src/models/weights.bin", bytes));
  take(offer_of(origin.publish(folder / "src", 2, clock.wall_us()), 2, server.url()));
  EXPECT_EQ(device->host.running("ocr"), "1.0.1");
  EXPECT_LT(last().bytes, 2 * bundle::kMaxChunk + 20'000);
}

TEST_F(DeviceEffectsTest, AnExclusiveFileIsOpenedIntoTheBundle) {
  const auto built = publish("1.0.0", 1);
  wire::Offer offer = offer_of(built, 1, server.url());
  const std::string sealed = "}1 :\"a\"{";
  offer.tasks[0].exclusive = {{.path = "users/d1.json",
                               .size = static_cast<int64_t>(sealed.size()),
                               .sha256 = origin.store().put(sealed).value()}};
  device->host.extras = {"users/d1.json"};
  take(offer);
  EXPECT_EQ(device->host.running("ocr"), "1.0.0") << last().reason;
  EXPECT_EQ(read_text(device->effects->folder_of("ocr", built.digest) + "/users/d1.json").value(), "{\"a\": 1}");
}

TEST_F(DeviceEffectsTest, ARestartKeepsWhatIsTrusted) {
  take(offer_of(publish("1.0.0", 1), 1, server.url()));
  const std::string old = origin.metadata(bundle::timestamp_file());
  origin.sign(clock.wall_us());
  take(offer_of(publish("1.1.0", 2, 2), 2, server.url()));
  device.reset();
  device = std::make_unique<DeviceRig>(folder / "device", origin.root_json(), clock);
  support::must(device->agent->start());
  auto trust = device->effects->trust();
  EXPECT_FALSE(trust.update_timestamp(old, clock.wall_us()));
}

}  // namespace
}  // namespace walle::update
