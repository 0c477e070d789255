#include "tests/support/engine/gradient_check.h"

namespace walle::autodiff {
namespace {

using graph::ValueId;
using testing::Dims;

using Norm = testing::GradientTest;

TEST_F(Norm, SoftmaxAlongAnyAxis) {
  const ValueId x = input({2, 3, 4}, -2, 2);
  const ValueId last = op("Softmax", {x}, {{"axis", int64_t{-1}}});
  check(op("Mul", {last, op("Softmax", {x}, {{"axis", int64_t{1}}})}));
}

TEST_F(Norm, LogSoftmax) { check(op("LogSoftmax", {input({3, 5}, -2, 2)}, {{"axis", int64_t{0}}})); }

TEST_F(Norm, LayerNormalization) {
  const ValueId x = input({3, 2, 4});
  const ValueId scale = input({2, 4});
  check(op("LayerNormalization", {x, scale, input({2, 4})}, {{"axis", int64_t{1}}}), 1e-6);
}

TEST_F(Norm, LayerNormalizationWithoutBias) {
  const ValueId x = input({4, 5});
  check(op("LayerNormalization", {x, input({5})}), 1e-6);
}

TEST_F(Norm, RmsNormalization) {
  const ValueId x = input({3, 5});
  check(op("RMSNormalization", {x, input({5})}), 1e-6);
}

TEST_F(Norm, InstanceAndGroupNormalization) {
  const ValueId x = input({2, 4, 3});
  const ValueId instance = op("InstanceNormalization", {x, input({4}), input({4})});
  check(op("GroupNormalization", {instance, input({4}), input({4})}, {{"num_groups", int64_t{2}}}), 1e-5);
}

TEST_F(Norm, BatchNormalizationWithStoredStatistics) {
  const ValueId x = input({2, 3, 2, 2});
  const ValueId scale = input({3});
  const ValueId bias = input({3});
  check(op("BatchNormalization", {x, scale, bias, input({3}), input({3}, 0.5, 2)}), 1e-6);
}

TEST_F(Norm, LocalResponseOfOddAndEvenSizes) {
  const ValueId x = input({2, 5, 3});
  const ValueId odd = op("LRN", {x}, {{"size", int64_t{3}}, {"alpha", 0.5F}, {"beta", 0.75F}, {"bias", 1.5F}});
  check(op("LRN", {odd}, {{"size", int64_t{4}}, {"alpha", 0.7F}}));
}

TEST_F(Norm, LpNormalization) { check(op("LpNormalization", {input({3, 4})}, {{"axis", int64_t{1}}}), 1e-6); }

}  // namespace
}  // namespace walle::autodiff
