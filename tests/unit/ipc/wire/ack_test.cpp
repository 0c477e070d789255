#include "ipc/wire/ack.h"

#include <gtest/gtest.h>

#include "libwalle/base/value.h"

namespace walle::wire {
namespace {

TEST(Ack, ComesBack) {
  const auto got = decode_ack(encode_ack({.outcomes = 7, .features = {"a", "b"}}));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->outcomes, 7U);
  EXPECT_EQ(got->features, (std::vector<std::string>{"a", "b"}));
}

TEST(Ack, TooManyFeaturesAreRefused) {
  EXPECT_FALSE(decode_ack(encode_ack({.features = std::vector<std::string>(kMaxAckedFeatures + 1, "x")})));
}

TEST(Nudge, ComesBack) {
  const auto got = decode_nudge(encode_nudge({.epoch = 3, .jitter_us = 2'000'000}));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->epoch, 3);
  EXPECT_EQ(got->jitter_us, 2'000'000);
  EXPECT_FALSE(decode_nudge(to_cbor({{"jitter_us", -1}})));
}

}  // namespace
}  // namespace walle::wire
