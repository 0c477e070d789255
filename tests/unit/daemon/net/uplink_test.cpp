#include "daemon/net/uplink.h"

#include <gtest/gtest.h>

namespace walle::net {
namespace {

struct UplinkTest : testing::Test {
  Loop loop;
  bool online = true;
  std::vector<std::vector<uint8_t>> frames;
  std::vector<std::string> logs;
  Uplink uplink{loop,
                [this](std::span<const uint8_t> frame) {
                  if (online) frames.emplace_back(frame.begin(), frame.end());
                  return online;
                },
                [this](const std::string& text) { logs.push_back(text); }};

  static wire::Feature feature(const std::string& id, size_t size = 10) {
    return {.id = id, .task = "ocr", .version = "1.0.0", .name = "ocr", .time_us = 1, .value = to_cbor_bytes(size)};
  }
  static std::vector<uint8_t> to_cbor_bytes(size_t size) {
    std::vector<uint8_t> out = {0x5a, static_cast<uint8_t>(size >> 24U), static_cast<uint8_t>(size >> 16U),
                                static_cast<uint8_t>(size >> 8U), static_cast<uint8_t>(size)};
    out.resize(5 + size, 7);
    return out;
  }
};

TEST_F(UplinkTest, WhatIsHandedOverIsSentAtOnceInOneFrame) {
  uplink.add({feature("a"), feature("b")});
  ASSERT_EQ(frames.size(), 1U);
  const auto sent = wire::decode_features(frames[0]).value();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0], feature("a"));
}

TEST_F(UplinkTest, WhatWaitsIsSentAgainUntilItIsAcknowledged) {
  online = false;
  uplink.add({feature("a"), feature("b")});
  EXPECT_EQ(uplink.waiting(), 2U);
  online = true;
  uplink.send_all();
  EXPECT_EQ(wire::decode_features(frames.at(0)).value().size(), 2U);
  EXPECT_EQ(uplink.acknowledge({"a", "unknown"}), std::vector<std::string>{"a"});
  uplink.send_all();
  EXPECT_EQ(wire::decode_features(frames.at(1)).value().size(), 1U);
  EXPECT_TRUE(uplink.acknowledge({"a"}).empty());
}

TEST_F(UplinkTest, LargeFeaturesAreSpreadOverFrames) {
  uplink.add({feature("a", 400'000), feature("b", 400'000), feature("c", 400'000)});
  EXPECT_EQ(frames.size(), 3U);
}

TEST_F(UplinkTest, AWalledThatWentHandsEverythingOverAgain) {
  uplink.add({feature("a")});
  uplink.clear();
  EXPECT_EQ(uplink.waiting(), 0U);
}

}  // namespace
}  // namespace walle::net
