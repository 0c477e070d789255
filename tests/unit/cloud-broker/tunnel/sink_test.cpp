#include "cloud-broker/tunnel/sink.h"

#include <gtest/gtest.h>

#include "ipc/wire/feature.h"
#include "tests/support/temporary_folder.h"

namespace walle::tunnel {
namespace {

class SinkTest : public testing::Test {
 protected:
  static std::vector<uint8_t> frame(int count) {
    std::vector<wire::Feature> features;
    for (int i = 0; i < count; ++i)
      features.push_back({"f" + std::to_string(i), "ocr", "1.0.0", "words", i, to_cbor({{"n", i}})});
    return *wire::encode_features(features);
  }
  support::TemporaryFolder folder_;
  std::unique_ptr<store::Store> store_ = std::move(*store::Store::open("sqlite://" + (folder_ / "b.db")));
  Sink sink_{*store_, system_clock()};
};

TEST_F(SinkTest, StoresOnceAndAcknowledgesAlways) {
  for (int i = 0; i < 2; ++i) {
    const auto acks = sink_.take("d1", frame(3));
    ASSERT_TRUE(acks) << acks.error().message;
    ASSERT_EQ(acks->size(), 1U);
    EXPECT_EQ((*acks)[0].features, (std::vector<std::string>{"f0", "f1", "f2"}));
  }
  EXPECT_EQ(sink_.stored(), 3);
  EXPECT_EQ(sink_.repeated(), 3);
}

TEST_F(SinkTest, TheSameIdOfAnotherDeviceIsAnotherFeature) {
  ASSERT_TRUE(sink_.take("d1", frame(1)));
  ASSERT_TRUE(sink_.take("d2", frame(1)));
  EXPECT_EQ(sink_.stored(), 2);
}

TEST_F(SinkTest, LargeFramesNeedSeveralAcks) {
  const auto acks = sink_.take("d1", frame(1500));
  ASSERT_TRUE(acks) << acks.error().message;
  ASSERT_EQ(acks->size(), 2U);
  EXPECT_EQ((*acks)[1].features.size(), 1500 - wire::kMaxAckedFeatures);
}

TEST_F(SinkTest, NoiseIsRefusedAndNothingAcknowledged) {
  const std::vector<uint8_t> noise = {'W', 'F', 9, 9, 9};
  EXPECT_FALSE(sink_.take("d1", noise));
  EXPECT_EQ(sink_.stored(), 0);
}

}  // namespace
}  // namespace walle::tunnel
