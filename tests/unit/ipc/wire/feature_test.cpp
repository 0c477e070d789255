#include "ipc/wire/feature.h"

#include <gtest/gtest.h>
#include <zdict.h>

#include "libwalle/base/value.h"

namespace walle::wire {
namespace {

Feature feature(int number) {
  return {"boot-" + std::to_string(number),
          "ocr",
          "1.2.0",
          "words",
          1732480000000000 + number,
          to_cbor({{"words", number}, {"page", "reader"}, {"language", "en"}})};
}

std::vector<Feature> batch(int count) {
  std::vector<Feature> features;
  for (int i = 0; i < count; ++i) features.push_back(feature(i));
  return features;
}

TEST(FeatureFrame, RoundTripsABatch) {
  const auto features = batch(50);
  const auto frame = encode_features(features);
  ASSERT_TRUE(frame);
  const auto back = decode_features(*frame);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(*back, features);
}

TEST(FeatureFrame, CompressesRepeatedText) {
  const auto features = batch(200);
  size_t plain = 0;
  for (const auto& f : features) plain += f.value.size() + f.id.size() + f.task.size() + f.name.size();
  EXPECT_LT(encode_features(features)->size(), plain / 4);
}

TEST(FeatureFrame, KeepsAnEmptyBatch) { EXPECT_TRUE(decode_features(*encode_features({}))->empty()); }

TEST(FeatureFrame, UsesADictionaryAndNamesIt) {
  std::string samples;
  std::vector<size_t> sizes;
  for (int i = 0; i < 2000; ++i) {
    const Feature f = feature(i * 7919);
    const auto content =
        to_cbor(Value::array({Value::array({f.id, f.task, f.version, f.name, f.time_us, Value::binary(f.value)})}));
    samples.append(content.begin(), content.end());
    sizes.push_back(content.size());
  }
  std::vector<uint8_t> bytes(4096);
  bytes.resize(ZDICT_trainFromBuffer(bytes.data(), bytes.size(), samples.data(), sizes.data(), 2000));
  const Dictionary dictionary{7, bytes};
  const auto frame = encode_features(batch(1), dictionary);
  ASSERT_TRUE(frame);
  EXPECT_EQ(*dictionary_of(*frame), 7U);
  EXPECT_EQ(decode_features(*frame).error().code, ErrorCode::failed_precondition);
  EXPECT_EQ(*decode_features(*frame, dictionary), batch(1));
}

TEST(FeatureFrame, RefusesATruncatedOrFlippedFrame) {
  const auto frame = *encode_features(batch(20));
  for (size_t size = 0; size < frame.size(); ++size) {
    EXPECT_FALSE(decode_features(std::span(frame).first(size))) << size;
  }
  auto flipped = frame;
  flipped[0] ^= 1;
  EXPECT_EQ(decode_features(flipped).error().code, ErrorCode::data_loss);
  flipped = frame;
  flipped[2] = 9;
  EXPECT_EQ(decode_features(flipped).error().code, ErrorCode::unsupported);
}

TEST(FeatureFrame, BoundsWhatItDecompresses) {
  Feature large = feature(1);
  large.value.assign(8U << 20, 0);
  const auto frame = *encode_features(std::vector{large});
  EXPECT_LT(frame.size(), 4096U);
  EXPECT_EQ(decode_features(frame, {}, {.content_bytes = 1U << 20}).error().code, ErrorCode::resource_exhausted);
  auto lying = frame;
  lying[8] = 16;
  lying[9] = lying[10] = lying[11] = 0;
  EXPECT_EQ(decode_features(lying, {}, {.content_bytes = 1U << 20}).error().code, ErrorCode::data_loss);
  EXPECT_EQ(decode_features(*encode_features(batch(20)), {}, {.features = 19}).error().code,
            ErrorCode::resource_exhausted);
}

TEST(FeatureFrame, RefusesFieldsOutsideTheirRules) {
  Feature bad = feature(1);
  bad.id = "a b";
  EXPECT_FALSE(encode_features(std::vector{bad}));
  bad = feature(1);
  bad.name = "Words";
  EXPECT_FALSE(encode_features(std::vector{bad}));
  bad = feature(1);
  bad.version = std::string(65, '1');
  EXPECT_FALSE(encode_features(std::vector{bad}));
}

}  // namespace
}  // namespace walle::wire
