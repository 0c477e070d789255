// Expected values are NumPy's and ONNX Runtime's.
#include <limits>

#include "tests/unit/kernels/table/reference.h"

namespace walle::testing_support {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

Values unary(UnaryOp op, const Values& x, double alpha = 0, double beta = 0, DType dtype = DType::f32) {
  const Operand operand = dense({static_cast<int64_t>(x.size())}, dtype);
  return solve(problem(UnaryAttributes{op, alpha, beta}, {operand}, {operand}), {x})[0];
}

Values binary(BinaryOp op, const Values& a, const Values& b, DType dtype) {
  const Operand operand = dense({static_cast<int64_t>(a.size())}, dtype);
  return solve(problem(BinaryAttributes{op}, {operand, operand}, {operand}), {a, b})[0];
}

Values cast(const Values& x, DType from, DType to, bool saturate = false) {
  const Extents dims = {static_cast<int64_t>(x.size())};
  return solve(problem(CastAttributes{saturate}, {dense(dims, from)}, {dense(dims, to)}), {x})[0];
}

TEST(UnaryRef, RoundsHalfToEven) {
  EXPECT_EQ(unary(UnaryOp::round, {-2.5, -1.5, -.5, .5, 1.5, 2.5}), (Values{-2, -2, -0.0, 0, 2, 2}));
}

TEST(UnaryRef, ActivationsMatchOnnxRuntime) {
  const Values x = {-1.5, 0, .75};
  expect_near(unary(UnaryOp::mish, x), {-0.2980997, 0, 0.6100184});
  expect_near(unary(UnaryOp::softplus, x), {0.2014133, 0.6931472, 1.136871});
  expect_near(unary(UnaryOp::selu, x, 1.67326319217681884765625, 1.05070102214813232421875), {-1.365814, 0, 0.7880257});
  expect_near(unary(UnaryOp::hard_swish, x), {-0.375, 0, 0.46875});
  expect_near(unary(UnaryOp::erf, x), {-0.9661052, 0, 0.7111557});
  expect_near(unary(UnaryOp::softsign, x), {-0.6, 0, 0.4285715});
  expect_near(unary(UnaryOp::elu, x, 1), {-0.7768698, 0, 0.75});
  expect_near(unary(UnaryOp::hard_sigmoid, x, 0.2, 0.5), {0.2, 0.5, 0.65});
}

TEST(UnaryRef, ClipOfIntegersKeepsWithinItsBounds) {
  EXPECT_EQ(unary(UnaryOp::clip, {-9, 0, 9}, -3.5, 4.5, DType::i64), (Values{-3, 0, 4}));
  EXPECT_EQ(unary(UnaryOp::clip, {-9, 0, 9}, -kInf, 4, DType::i8), (Values{-9, 0, 4}));
}

TEST(UnaryRef, SigmoidDoesNotOverflow) { EXPECT_EQ(unary(UnaryOp::sigmoid, {-1000, 1000}), (Values{0, 1})); }

TEST(BinaryRef, IntegerDivisionTruncatesAndDividesByZeroWithoutTrap) {
  EXPECT_EQ(binary(BinaryOp::div, {-7, 7, 7, 5}, {2, -2, 2, 0}, DType::i32), (Values{-3, -3, 3, 0}));
  const double lowest = -2147483648.0;
  EXPECT_EQ(binary(BinaryOp::div, {lowest}, {-1}, DType::i32), (Values{lowest}));
}

TEST(BinaryRef, ModTakesTheDivisorsSignAndFmodTheDividends) {
  const Values a = {-7, 7, -7, 7, 5};
  const Values b = {3, 3, -3, -3, 2};
  EXPECT_EQ(binary(BinaryOp::mod, a, b, DType::i64), (Values{2, 1, -1, -2, 1}));
  EXPECT_EQ(binary(BinaryOp::fmod, a, b, DType::i64), (Values{-1, 1, -1, 1, 1}));
  expect_near(binary(BinaryOp::mod, {-4.5, 7.5, 5.0}, {2, -3.5, 8}, DType::f32), {1.5, -3, 5});
}

TEST(BinaryRef, MaxAndMinPropagateNan) {
  EXPECT_TRUE(std::isnan(binary(BinaryOp::max, {kNan}, {1}, DType::f32)[0]));
  EXPECT_TRUE(std::isnan(binary(BinaryOp::min, {1}, {kNan}, DType::f32)[0]));
}

TEST(BinaryRef, PowTakesAnExponentOfAnotherDtype) {
  const Operand base = dense({3}, DType::f32);
  const Problem p = problem(BinaryAttributes{BinaryOp::pow}, {base, dense({3}, DType::i64)}, {base});
  EXPECT_EQ(solve(p, {{2, -3, 0.5}, {3, 2, -1}})[0], (Values{8, 9, 2}));
}

TEST(BinaryRef, ShiftsBeyondTheWidthGiveZero) {
  EXPECT_EQ(binary(BinaryOp::shift_right, {16, 16}, {2, 70}, DType::u64), (Values{4, 0}));
  EXPECT_EQ(binary(BinaryOp::shift_left, {16, 255}, {2, 1}, DType::u8), (Values{64, 254}));
}

TEST(BinaryRef, RightShiftOfSignedNumbersFillsWithTheSign) {
  EXPECT_EQ(binary(BinaryOp::shift_right, {-8, -1, 8, -8}, {1, 40, 40, -1}, DType::i32), (Values{-4, -1, 0, -1}));
}

TEST(CastRef, BitsStayUnderAnotherName) {
  const Problem p = problem(CastAttributes{.bits = true}, {dense({2})}, {dense({2}, DType::i32)});
  EXPECT_EQ(solve(p, {{1, -2}})[0], (Values{0x3f800000, -1073741824}));
}

TEST(CastRef, SmallFloatsRoundOnce) {
  EXPECT_EQ(cast({0.479, 1e6}, DType::f32, DType::f8e4m3fn, true), (Values{0.46875, 448}));
  EXPECT_EQ(cast({-2, 1, -1}, DType::i2, DType::f32), (Values{-2, 1, -1}));
}

TEST(CastRef, FloatToIntegerTruncates) {
  EXPECT_EQ(cast({-1.9, 1.9, 300.7}, DType::f32, DType::i32), (Values{-1, 1, 300}));
  EXPECT_EQ(cast({-1, 300, kNan}, DType::f32, DType::u8, true), (Values{0, 255, 0}));
}

TEST(CastRef, RoundsOnceToHalf) {
  // 1 + 2^-11 + 2^-40 is above the tie in double, but on it in float.
  EXPECT_EQ(cast({1 + 0x1p-11 + 0x1p-40}, DType::f64, DType::f16), (Values{1 + 0x1p-10}));
  EXPECT_EQ(cast({1 + 0x1p-11}, DType::f64, DType::f16), (Values{1}));
}

TEST(CastRef, BooleanIsNotZero) { EXPECT_EQ(cast({0, -0.5, kNan}, DType::f32, DType::boolean), (Values{0, 1, 1})); }

TEST(CastRef, PackedIntegersKeepTheirSign) {
  EXPECT_EQ(cast({-8, 7, -1}, DType::i4, DType::i8), (Values{-8, 7, -1}));
  EXPECT_EQ(cast({15, 3, 8}, DType::u4, DType::f32), (Values{15, 3, 8}));
}

TEST(QuantizeRef, RoundsHalfToEvenAndSaturates) {
  const Operand x = dense({6});
  const Problem p = problem(QuantizeAttributes{}, {x, dense({}), dense({}, DType::u8)}, {dense({6}, DType::u8)});
  EXPECT_EQ(solve(p, {{-1.5, .5, 1.5, 2.5, 254, 300}, {1}, {2}})[0], (Values{0, 2, 4, 4, 255, 255}));
}

TEST(DequantizeRef, TakesAScaleForEachChannelAndForEachBlock) {
  const Operand x = dense({2, 4}, DType::i8);
  const Values values = {1, 2, 3, 4, 5, 6, 7, 8};
  const Problem channels =
      problem(DequantizeAttributes{.axis = 0}, {x, dense({2}), dense({2}, DType::i8)}, {dense({2, 4})});
  EXPECT_EQ(solve(channels, {values, {1, 2}, {1, 0}})[0], (Values{0, 1, 2, 3, 10, 12, 14, 16}));
  const Problem blocks = problem(DequantizeAttributes{.axis = 1, .block = 2}, {x, dense({2, 2})}, {dense({2, 4})});
  EXPECT_EQ(solve(blocks, {values, {1, 2, 3, 4}})[0], (Values{1, 2, 6, 8, 15, 18, 28, 32}));
}

}  // namespace
}  // namespace walle::testing_support
