#include "ipc/bundle/trust.h"

#include <gtest/gtest.h>

#include "tests/support/origin_writer.h"
#include "tests/support/temporary_folder.h"

namespace walle::bundle {
namespace {

constexpr int64_t kNow = 1'700'000'000'000'000;
using support::OriginWriter;

struct TrustTest : testing::Test {
  support::TemporaryFolder folder;
  OriginWriter origin{folder / "origin"};

  void SetUp() override {
    support::write_task(folder / "ocr", "ocr", "1.0.0");
    origin.publish(folder / "ocr", 1, kNow);
  }
  Status follow(Trust& trust, int64_t now_us = kNow) {
    WALLE_TRY(trust.update_timestamp(origin.metadata(timestamp_file()), now_us));
    if (const auto file = trust.wanted_snapshot()) {
      WALLE_TRY(trust.update_snapshot(origin.metadata(snapshot_file(file->version)), now_us));
    }
    if (const auto file = trust.wanted_targets("reading")) {
      WALLE_TRY(trust.update_targets("reading", origin.metadata(targets_file("reading", file->version)), now_us));
    }
    return {};
  }
};

TEST_F(TrustTest, FollowsTheChainToATarget) {
  Trust trust = Trust::pin(origin.root_json()).value();
  EXPECT_FALSE(trust.target("reading", "ocr", "1.0.0", kNow));
  const Status status = follow(trust);
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_TRUE(trust.target("reading", "ocr", "1.0.0", kNow));
  EXPECT_EQ(trust.target("reading", "ocr", "9.0.0", kNow).error().code, ErrorCode::not_found);
  EXPECT_EQ(trust.time_floor_us(), kNow);
  EXPECT_FALSE(trust.wanted_snapshot());
  EXPECT_FALSE(trust.wanted_targets("reading"));
}

TEST_F(TrustTest, SurvivesARestart) {
  Trust trust = Trust::pin(origin.root_json()).value();
  ASSERT_TRUE(follow(trust));
  const auto again = Trust::restore(trust.save());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(again->target("reading", "ocr", "1.0.0", kNow));
  EXPECT_EQ(again->time_floor_us(), kNow);
  EXPECT_EQ(again->save(), trust.save());
}

TEST_F(TrustTest, OlderMetadataIsRefused) {
  Trust trust = Trust::pin(origin.root_json()).value();
  const std::string old = origin.metadata(timestamp_file());
  origin.sign(kNow + 1);
  ASSERT_TRUE(follow(trust));
  EXPECT_EQ(trust.update_timestamp(old, kNow).error().code, ErrorCode::failed_precondition);
}

TEST_F(TrustTest, ExpiredMetadataFreezesInsteadOfActivating) {
  Trust trust = Trust::pin(origin.root_json()).value();
  ASSERT_TRUE(follow(trust));
  EXPECT_FALSE(trust.target("reading", "ocr", "1.0.0", OriginWriter::kFarFuture));
  EXPECT_FALSE(trust.update_timestamp(origin.metadata(timestamp_file()), OriginWriter::kFarFuture + 1));
}

TEST_F(TrustTest, AWrongClockCannotGoBelowTheSignedTime) {
  Trust trust = Trust::pin(origin.root_json()).value();
  ASSERT_TRUE(follow(trust, 0));
  EXPECT_EQ(trust.time_floor_us(), kNow);
  EXPECT_TRUE(trust.target("reading", "ocr", "1.0.0", 0));
}

TEST_F(TrustTest, MixedSnapshotIsRefused) {
  const std::string old = origin.metadata(snapshot_file(1));
  origin.sign(kNow);
  Trust trust = Trust::pin(origin.root_json()).value();
  ASSERT_TRUE(trust.update_timestamp(origin.metadata(timestamp_file()), kNow));
  EXPECT_EQ(trust.update_snapshot(old, kNow).error().code, ErrorCode::data_loss);
}

TEST_F(TrustTest, TheBrokersKeysCannotPublish) {
  // Whoever holds snapshot, timestamp and director keys but not the publisher's.
  const std::string forged = OriginWriter::signed_text(to_value(origin.targets()), origin.director_key);
  Snapshot snapshot{.version = 2, .expires_us = OriginWriter::kFarFuture};
  snapshot.targets["reading"] = OriginWriter::reference(forged, origin.targets().version);
  const std::string snapshot_text = OriginWriter::signed_text(to_value(snapshot), origin.snapshot_key);
  const Timestamp timestamp{.version = 2,
                            .expires_us = OriginWriter::kFarFuture,
                            .time_us = kNow,
                            .snapshot = OriginWriter::reference(snapshot_text, 2)};
  Trust trust = Trust::pin(origin.root_json()).value();
  ASSERT_TRUE(trust.update_timestamp(OriginWriter::signed_text(to_value(timestamp), origin.timestamp_key), kNow));
  ASSERT_TRUE(trust.update_snapshot(snapshot_text, kNow));
  EXPECT_EQ(trust.update_targets("reading", forged, kNow).error().code, ErrorCode::permission_denied);
}

TEST_F(TrustTest, RootsFollowOneAnother) {
  Trust trust = Trust::pin(origin.root_json()).value();
  ASSERT_TRUE(follow(trust));
  const SigningKey fresh = SigningKey::generate().value();
  Root next = origin.root();
  next.version = 2;
  next.keys[fresh.public_key().id()] = fresh.public_key();
  next.root = OriginWriter::role(fresh);
  EXPECT_FALSE(trust.update_root(OriginWriter::signed_text(to_value(next), fresh))) << "not signed by the old key";
  EXPECT_FALSE(trust.update_root(OriginWriter::signed_text(to_value(next), origin.root_key)));
  const std::vector<SigningKey> both = {origin.root_key, fresh};
  EXPECT_TRUE(trust.update_root(sign_envelope(to_value(next), both).value()));
  EXPECT_EQ(trust.root().version, 2);
  next.version = 4;
  EXPECT_FALSE(trust.update_root(sign_envelope(to_value(next), both).value())) << "version 3 was skipped";
}

TEST_F(TrustTest, RevokingThePublisherTakesItsTargetsAway) {
  Trust trust = Trust::pin(origin.root_json()).value();
  ASSERT_TRUE(follow(trust));
  Root next = origin.root();
  next.version = 2;
  const SigningKey fresh = SigningKey::generate().value();
  next.keys[fresh.public_key().id()] = fresh.public_key();
  next.publishers["reading"] = OriginWriter::role(fresh);
  ASSERT_TRUE(trust.update_root(OriginWriter::signed_text(to_value(next), origin.root_key)));
  EXPECT_FALSE(trust.target("reading", "ocr", "1.0.0", kNow));
}

TEST_F(TrustTest, RotatingTheTimestampKeyRecoversFromFastForward) {
  Trust trust = Trust::pin(origin.root_json()).value();
  ASSERT_TRUE(follow(trust));
  Timestamp stolen{.version = 1'000'000, .expires_us = OriginWriter::kFarFuture, .time_us = kNow};
  stolen.snapshot = OriginWriter::reference(origin.metadata(snapshot_file(1)), 1);
  ASSERT_TRUE(trust.update_timestamp(OriginWriter::signed_text(to_value(stolen), origin.timestamp_key), kNow));
  EXPECT_FALSE(follow(trust));
  Root next = origin.root();
  next.version = 2;
  const SigningKey fresh = SigningKey::generate().value();
  next.keys[fresh.public_key().id()] = fresh.public_key();
  next.timestamp = OriginWriter::role(fresh);
  ASSERT_TRUE(trust.update_root(OriginWriter::signed_text(to_value(next), origin.root_key)));
  origin.timestamp_key = fresh;
  origin.sign(kNow);
  EXPECT_TRUE(follow(trust));
}

TEST_F(TrustTest, OffersNeedTheDirector) {
  const Trust trust = Trust::pin(origin.root_json()).value();
  EXPECT_TRUE(trust.verify_offer(OriginWriter::signed_text({{"type", "offer"}}, origin.director_key)));
  EXPECT_FALSE(trust.verify_offer(OriginWriter::signed_text({{"type", "offer"}}, origin.publisher_key)));
  EXPECT_FALSE(trust.verify_offer("{\"signed\":{},\"signatures\":[]}"));
}

}  // namespace
}  // namespace walle::bundle
