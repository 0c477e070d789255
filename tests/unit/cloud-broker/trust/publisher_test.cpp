#include "cloud-broker/trust/publisher.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "ipc/bundle/trust.h"
#include "libwalle/base/file.h"
#include "tests/support/temporary_folder.h"

namespace walle::trust {
namespace {

constexpr int64_t kNow = 1'700'000'000'000'000;
constexpr int64_t kDay = 86'400'000'000;

class PublisherTest : public testing::Test {
 protected:
  std::unique_ptr<Publisher> open(int64_t now = kNow) {
    auto publisher = Publisher::open(folder_ / "keys", folder_ / "metadata", now);
    EXPECT_TRUE(publisher) << publisher.error().message;
    return std::move(*publisher);
  }
  std::string file(const std::string& name) { return read_text(folder_ / ("metadata/" + name)).value_or(""); }
  /// What a device does with the origin; the first error.
  Status follow(bundle::Trust& trust, int64_t now) {
    for (std::string root = file(bundle::root_file(trust.root().version + 1)); !root.empty();
         root = file(bundle::root_file(trust.root().version + 1)))
      WALLE_TRY(trust.update_root(root));
    WALLE_TRY(trust.update_timestamp(file(bundle::timestamp_file()), now));
    if (const auto wanted = trust.wanted_snapshot())
      WALLE_TRY(trust.update_snapshot(file(bundle::snapshot_file(wanted->version)), now));
    if (const auto wanted = trust.wanted_targets("library"))
      WALLE_TRY(trust.update_targets("library", file(bundle::targets_file("library", wanted->version)), now));
    return {};
  }
  support::TemporaryFolder folder_;
};

TEST_F(PublisherTest, DeviceFollowsFromThePinnedRootToATarget) {
  auto publisher = open();
  auto trust = bundle::Trust::pin(publisher->root_json());
  ASSERT_TRUE(trust) << trust.error().message;
  ASSERT_TRUE(publisher->publish("library", "ocr", "1.0.0", {sha256("m"), 1, 7}, kNow));
  const Status followed = follow(*trust, kNow);
  ASSERT_TRUE(followed) << followed.error().message;
  const auto target = trust->target("library", "ocr", "1.0.0", kNow);
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ(target->counter, 7);
}

TEST_F(PublisherTest, KeepsItsKeysAndVersionsOverRestarts) {
  ASSERT_TRUE(open()->publish("library", "ocr", "1.0.0", {sha256("m"), 1, 1}, kNow));
  auto trust = bundle::Trust::pin(open()->root_json());
  ASSERT_TRUE(follow(*trust, kNow));
  ASSERT_TRUE(open()->publish("library", "ocr", "1.1.0", {sha256("n"), 1, 2}, kNow));
  const Status followed = follow(*trust, kNow);
  ASSERT_TRUE(followed) << followed.error().message;
  EXPECT_TRUE(trust->target("library", "ocr", "1.0.0", kNow));
  EXPECT_TRUE(trust->target("library", "ocr", "1.1.0", kNow));
}

TEST_F(PublisherTest, RefreshKeepsMetadataFromExpiring) {
  auto publisher = open();
  ASSERT_TRUE(publisher->publish("library", "ocr", "1.0.0", {sha256("m"), 1, 1}, kNow));
  auto trust = bundle::Trust::pin(publisher->root_json());
  EXPECT_FALSE(follow(*trust, kNow + 2 * kDay)) << "a day-old timestamp has expired";
  for (const int64_t later : {2 * kDay, 30 * kDay, 300 * kDay}) {
    ASSERT_TRUE(publisher->refresh(kNow + later));
    const Status followed = follow(*trust, kNow + later);
    ASSERT_TRUE(followed) << followed.error().message;
    EXPECT_TRUE(trust->target("library", "ocr", "1.0.0", kNow + later)) << later / kDay;
  }
}

TEST_F(PublisherTest, WithoutThePublishersKeyNothingIsPublished) {
  auto publisher = open();
  ASSERT_TRUE(publisher->publish("library", "ocr", "1.0.0", {sha256("m"), 1, 1}, kNow));
  std::filesystem::remove(folder_ / "keys/publisher-library.pem");
  publisher = open();
  EXPECT_FALSE(publisher->publish("library", "ocr", "1.1.0", {sha256("n"), 1, 2}, kNow));
  auto trust = bundle::Trust::pin(publisher->root_json());
  ASSERT_TRUE(follow(*trust, kNow)) << "what was published stays good";
}

TEST_F(PublisherTest, OffersAreSignedByTheDirector) {
  auto publisher = open();
  auto trust = bundle::Trust::pin(publisher->root_json());
  const auto offer = publisher->sign_offer({{"device", "d1"}});
  ASSERT_TRUE(offer);
  const auto content = trust->verify_offer(*offer);
  ASSERT_TRUE(content) << content.error().message;
  EXPECT_EQ((*content)["device"], "d1");
}

}  // namespace
}  // namespace walle::trust
