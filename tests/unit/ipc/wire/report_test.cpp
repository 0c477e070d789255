#include "ipc/wire/report.h"

#include <gtest/gtest.h>

#include "libwalle/base/digest.h"

namespace walle::wire {
namespace {

Profile profile() {
  Profile out;
  out.labels = {{"room", "reading"}};
  out.hardware = {{"arch", "x86_64"}, {"cores", 4}};
  out.memory_mb = 2048;
  out.versions = {{"walle", "0.1.0"}};
  out.tasks = {{.task = "ocr", .version = "1.0.0", .counter = 3, .state = "active"}};
  return out;
}

TEST(Report, ComesBackWhole) {
  Report report{.device = "reader-7", .boot = "b1", .seq = 9, .nonce = "n", .epoch = 12, .profile = profile()};
  report.digest = digest_of(*report.profile);
  report.outcomes = {{.seq = 4, .task = "ocr", .version = "1.0.0", .counter = 3, .result = "committed", .runs = 3}};
  const auto got = decode_report(encode_report(report));
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(got->device, "reader-7");
  EXPECT_EQ(got->seq, 9U);
  EXPECT_EQ(got->epoch, 12);
  EXPECT_EQ(got->digest, report.digest);
  ASSERT_TRUE(got->profile);
  EXPECT_EQ(digest_of(*got->profile), report.digest);
  ASSERT_EQ(got->outcomes.size(), 1U);
  EXPECT_EQ(got->outcomes[0].result, "committed");
}

TEST(Report, WithoutChangeIsSmall) {
  const Report report{.device = "reader-7", .boot = "0123456789abcdef", .seq = 100000, .epoch = 100000};
  EXPECT_LT(encode_report(report).size(), 160U);
}

TEST(Report, UnknownKeysAreIgnored) {
  Value map = from_cbor(encode_report({.device = "d"})).value();
  map["later"] = {1, 2, 3};
  EXPECT_TRUE(decode_report(to_cbor(map)));
}

TEST(Report, HostileOnesAreRefused) {
  const Value good = from_cbor(encode_report({.device = "d"})).value();
  const auto with = [&](const char* key, Value value) {
    Value map = good;
    map[key] = std::move(value);
    return decode_report(to_cbor(map)).has_value();
  };
  EXPECT_TRUE(with("epoch", 1));
  EXPECT_FALSE(with("device", "a/b"));
  EXPECT_FALSE(with("device", 7));
  EXPECT_FALSE(with("digest", "short"));
  EXPECT_FALSE(with("epoch", -1));
  EXPECT_FALSE(with("format", 2));
  EXPECT_FALSE(with("outcomes", Value(std::vector<Value>(65, Value::object()))));
  EXPECT_FALSE(with("profile", 3));
  EXPECT_FALSE(with("profile", {{"labels", {{"a", {1}}}}}));
  EXPECT_FALSE(decode_report(std::vector<uint8_t>(kMaxReportBytes + 1)));
  EXPECT_FALSE(decode_report({}));
}

TEST(Profile, DigestSeesEveryChange) {
  const ProfileDigest before = digest_of(profile());
  Profile other = profile();
  other.tasks[0].version = "1.0.1";
  EXPECT_NE(digest_of(other), before);
  other = profile();
  other.labels["room"] = "garden";
  EXPECT_NE(digest_of(other), before);
  other = profile();
  other.hardware["load"] = 0.5;
  EXPECT_NE(digest_of(other), before);
  EXPECT_EQ(digest_of(profile()), before);
}

}  // namespace
}  // namespace walle::wire
