// Accuracy of the vector functions over their whole range, against the C library in double.
#include "kernels/simd/vector_ops.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace walle::kernels {
namespace {

/// Largest |y - exact| / (|exact| * relative + absolute) over [low, high].
double worst(UnaryOp op, double (*exact)(double), double low, double high, double relative, double absolute) {
  constexpr int kPoints = 200001;
  std::vector<float> x(kPoints);
  std::vector<float> y(kPoints);
  for (int i = 0; i < kPoints; ++i)
    x[static_cast<size_t>(i)] = static_cast<float>(low + (high - low) * i / (kPoints - 1));
  unary_row(op)(x.data(), y.data(), x.size(), 1, 0);
  double result = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double want = exact(static_cast<double>(x[i]));
    result = std::max(result, std::fabs(static_cast<double>(y[i]) - want) / (std::fabs(want) * relative + absolute));
  }
  return result;
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

TEST(VectorOps, ExpIsWithinTwoUnits) { EXPECT_LE(worst(UnaryOp::exp, std::exp, -87, 88.7, 2.4e-7, 0), 1); }
TEST(VectorOps, LogIsWithinTwoUnits) { EXPECT_LE(worst(UnaryOp::log, std::log, 1e-30, 1e4, 2.4e-7, 1e-8), 1); }
TEST(VectorOps, SigmoidIsWithinFourUnits) { EXPECT_LE(worst(UnaryOp::sigmoid, sigmoid, -80, 80, 4.8e-7, 0), 1); }
TEST(VectorOps, TanhIsWithinFourUnits) { EXPECT_LE(worst(UnaryOp::tanh, std::tanh, -12, 12, 4.8e-7, 0), 1); }
TEST(VectorOps, ErfIsWithinItsBound) { EXPECT_LE(worst(UnaryOp::erf, std::erf, -6, 6, 0, 5e-7), 1); }

TEST(VectorOps, EdgesOfExp) {
  const float infinity = std::numeric_limits<float>::infinity();
  const float x[4] = {infinity, -infinity, std::numeric_limits<float>::quiet_NaN(), 89};
  float y[4];
  unary_row(UnaryOp::exp)(x, y, 4, 0, 0);
  EXPECT_EQ(y[0], infinity);
  EXPECT_EQ(y[1], 0);
  EXPECT_TRUE(std::isnan(y[2]));
  EXPECT_EQ(y[3], infinity);
}

TEST(VectorOps, OperatorsKeepNan) {
  for (const UnaryOp op :
       {UnaryOp::relu, UnaryOp::clip, UnaryOp::sigmoid, UnaryOp::tanh, UnaryOp::log, UnaryOp::hard_swish}) {
    float x = std::numeric_limits<float>::quiet_NaN();
    unary_row(op)(&x, &x, 1, 0, 1);
    EXPECT_TRUE(std::isnan(x)) << static_cast<int>(op);
  }
}

TEST(VectorOps, BinaryRowsRepeatAScalar) {
  const float a = 3;
  std::vector<float> b(37, 2);
  binary_row(BinaryOp::sub)(&a, 0, b.data(), 1, b.data(), b.size());
  EXPECT_EQ(b, std::vector<float>(37, 1));
}

}  // namespace
}  // namespace walle::kernels
