#include "libwalle/base/value.h"

#include <gtest/gtest.h>

namespace walle {
namespace {

TEST(Value, BytesSurviveJsonAsBase64) {
  const Value value = {{"image", Value::binary({1, 2, 255})}};
  const auto back = parse_json(to_json(value));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(*back, value);
}

TEST(Value, BytesSurviveCbor) {
  const Value value = {{"a", {1, 2.5, "x", nullptr, Value::binary({0, 7})}}};
  const auto back = from_cbor(to_cbor(value));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(*back, value);
}

TEST(Value, DeepJsonIsRefusedBeforeItIsParsed) {
  const auto deep = parse_json(std::string(200'000, '['));
  ASSERT_FALSE(deep.has_value());
  EXPECT_NE(deep.error().message.find("nested deeper"), std::string::npos);
}

TEST(Value, DeepCborIsRefused) {
  const std::vector<uint8_t> bytes(100'000, 0x81);
  EXPECT_FALSE(from_cbor(bytes).has_value());
}

TEST(Value, MalformedJsonNamesThePlace) {
  const auto bad = parse_json("{\"a\": 1,\n \"b\": }");
  ASSERT_FALSE(bad.has_value());
  EXPECT_NE(bad.error().message.find("line 2"), std::string::npos) << bad.error().message;
}

TEST(Value, TypedAccessNamesKeyAndType) {
  const auto bad = get_int(Value{{"n", "x"}}, "n");
  ASSERT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error().message, "'n' must be an integer, not string");
}

TEST(Value, CanonicalJsonSortsKeysAndRefusesFloats) {
  EXPECT_EQ(canonical_json(Value{{"b", 1}, {"a", "x"}}).value(), R"({"a":"x","b":1})");
  EXPECT_FALSE(canonical_json(Value{{"f", 1.5}}).has_value());
}

}  // namespace
}  // namespace walle
