#include "tools/walle-model/files/compare.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace walle::workbench {
namespace {

engine::Tensor floats(std::vector<float> values) {
  const std::vector<int64_t> dims = {static_cast<int64_t>(values.size())};
  return *engine::Tensor::of<float>(dims, values);
}

TEST(Compare, RelatesTheLargestDifferenceToTheLargestValue) {
  const Difference found = difference(floats({1, -4, 2}), floats({1, -4, 1}));
  EXPECT_DOUBLE_EQ(found.absolute, 1);
  EXPECT_DOUBLE_EQ(found.relative, 0.25);
}

TEST(Compare, ComparesIntegersAsNumbers) {
  const auto bytes = *engine::Tensor::of<uint8_t>(std::vector<int64_t>{2}, std::vector<uint8_t>{200, 10});
  const auto wide = *engine::Tensor::of<int64_t>(std::vector<int64_t>{2}, std::vector<int64_t>{200, 12});
  EXPECT_DOUBLE_EQ(difference(bytes, wide).absolute, 2);
}

TEST(Compare, OtherShapesAndMissingInfinitiesDifferInfinitely) {
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_TRUE(std::isinf(difference(floats({1}), floats({1, 1})).absolute));
  EXPECT_TRUE(std::isinf(difference(floats({infinity}), floats({1})).absolute));
  EXPECT_EQ(difference(floats({infinity, NAN}), floats({infinity, NAN})).absolute, 0);
}

TEST(Compare, TinyValuesPassByTheFloor) {
  const Difference found = difference(floats({1e-8F}), floats({0}));
  EXPECT_FALSE(found.within(1e-3, 0));
  EXPECT_TRUE(found.within(1e-3, 1e-6));
}

}  // namespace
}  // namespace walle::workbench
