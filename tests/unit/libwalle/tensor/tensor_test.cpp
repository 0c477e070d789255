#include <gtest/gtest.h>

#include <walle/engine/tensor.h>

namespace walle::engine {
namespace {

TEST(Tensor, HoldsItsValues) {
  const std::vector<int64_t> dims = {2, 2};
  const std::vector<float> values = {1, 2, 3, 4};
  const auto tensor = Tensor::of<float>(dims, values);
  ASSERT_TRUE(tensor.has_value());
  EXPECT_EQ(tensor->values<float>()[3], 4.0F);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor->data()) % 64, 0U);
}

TEST(Tensor, RefusesNegativeAndAbsurdDims) {
  EXPECT_FALSE(Tensor::empty(DType::f32, std::vector<int64_t>{-1}).has_value());
  EXPECT_FALSE(Tensor::empty(DType::f32, std::vector<int64_t>{INT64_MAX, INT64_MAX}).has_value());
  EXPECT_FALSE(Tensor::empty(DType::f32, std::vector<int64_t>{INT64_MAX, 0}).has_value());
  EXPECT_TRUE(Tensor::empty(DType::f32, std::vector<int64_t>{1 << 20, 0}).has_value());
}

TEST(Tensor, ReshapeSharesBytesAndChecksTheCount) {
  const auto tensor = Tensor::zeros(DType::i8, std::vector<int64_t>{6});
  EXPECT_EQ(tensor->reshaped(std::vector<int64_t>{2, 3})->data(), tensor->data());
  EXPECT_FALSE(tensor->reshaped(std::vector<int64_t>{4}).has_value());
}

TEST(DType, HalfRoundsToEven) {
  EXPECT_EQ(to_half(2049.0F).bits, to_half(2048.0F).bits);
  EXPECT_EQ(to_half(65520.0F).bits, 0x7c00);
  EXPECT_EQ(to_float(Half{1}), 0x1p-24F);
}

}  // namespace
}  // namespace walle::engine
