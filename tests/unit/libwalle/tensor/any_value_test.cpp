#include <walle/engine/any_value.h>

#include <gtest/gtest.h>

namespace walle::engine {
namespace {

TEST(AnyValue, SaysWhatItHolds) {
  const AnyValue nothing;
  const AnyValue tensor = Tensor::scalar(2.0F);
  const AnyValue sequence = *AnyValue::sequence(DType::f32, {Tensor::scalar(1.0F), Tensor::scalar(2.0F)});
  EXPECT_EQ(describe(nothing), "nothing");
  EXPECT_EQ(describe(tensor), "f32[]");
  EXPECT_EQ(describe(sequence), "sequence of 2 f32");
  EXPECT_EQ(nothing.bytes(), 0);
  EXPECT_EQ(tensor.bytes(), 4);
  EXPECT_EQ(sequence.bytes(), 8);
}

TEST(AnyValue, ASequenceHoldsOneDtype) {
  const auto mixed = AnyValue::sequence(DType::f32, {Tensor::scalar(1.0F), Tensor::scalar(int64_t{2})});
  ASSERT_FALSE(mixed);
  EXPECT_EQ(mixed.error().code, ErrorCode::invalid_argument);
  const auto empty = AnyValue::sequence(DType::i64, {});
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->dtype(), DType::i64);
}

}  // namespace
}  // namespace walle::engine
