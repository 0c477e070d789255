// Expected values are ONNX Runtime's.
#include "tests/unit/kernels/table/reference.h"

namespace walle::testing_support {
namespace {

constexpr Extents kImage = {1, 1, 4, 4};

Window window(int64_t kernel, int64_t stride, int64_t pad) {
  return {.kernel = {kernel, kernel},
          .strides = {stride, stride},
          .dilations = {1, 1},
          .pads_begin = {pad, pad},
          .pads_end = {pad, pad}};
}

std::vector<Values> pool(const PoolAttributes& attributes, bool indices = false) {
  const Operand y = dense({1, 1, 2, 2});
  Problem p = problem(attributes, {dense(kImage)}, {y});
  if (indices) p.results.push_back(dense(y.dims, DType::i64));
  return solve(p, {count_from(1, 16)});
}

TEST(ConvRef, ComputesGroupsDilationAndPadding) {
  Window w = window(2, 1, 1);
  w.strides = {2, 1};
  w.dilations = {2, 2};
  const Problem p = problem(ConvAttributes{.window = w, .group = 2}, {dense({1, 2, 3, 3}), dense({2, 1, 2, 2})},
                            {dense({1, 2, 2, 3})});
  expect_near(solve(p, {count_from(0, 18), count_from(-3, 8)})[0], {0, -3, -4, -8, -19, -12, 52, 92, 39, 26, 40, 13});
}

TEST(ConvRef, AppliesTheEpilogueInOrder) {
  Problem p =
      problem(ConvAttributes{.window = window(1, 1, 0)},
              {dense({1, 1, 1, 2}), dense({1, 1, 1, 1}), dense({1}), dense({1, 1, 1, 2})}, {dense({1, 1, 1, 2})});
  p.epilogue = {{.kind = EpilogueKind::bias_channel, .operand = 2},
                {.kind = EpilogueKind::unary, .unary = UnaryOp::relu},
                {.kind = EpilogueKind::add_operand, .operand = 3},
                {.kind = EpilogueKind::binary_scalar, .binary = BinaryOp::mul, .alpha = 2}};
  EXPECT_EQ(solve(p, {{1, -5}, {3}, {1}, {10, 20}})[0], (Values{28, 40}));
}

TEST(ConvRef, IntegersSubtractTheirZeroPoints) {
  const Problem p = problem(ConvAttributes{.window = window(1, 1, 1)},
                            {dense({1, 1, 1, 1}, DType::u8), dense({1, 1, 1, 1}, DType::u8), dense({}, DType::u8)},
                            {dense({1, 1, 3, 3}, DType::i32)});
  EXPECT_EQ(solve(p, {{5}, {3}, {1}})[0], (Values{0, 0, 0, 0, 12, 0, 0, 0, 0}));
}

TEST(ConvTransposeRef, ComputesStridePaddingAndOutputPadding) {
  const Problem p = problem(ConvTransposeAttributes{.window = window(3, 2, 1), .output_padding = {1, 1}},
                            {dense({1, 2, 2, 2}), dense({2, 1, 3, 3})}, {dense({1, 1, 4, 4})});
  expect_near(solve(p, {count_from(0, 8), count_from(-8, 18)})[0],
              {20, 39, 21, 27, 30, 58, 32, 48, 22, 43, 23, 33, 46, 97, 53, 63});
}

TEST(PoolRef, MaxGivesFlatIndices) {
  const std::vector<Values> y = pool({.op = PoolOp::max, .window = window(3, 2, 1)}, true);
  EXPECT_EQ(y[0], (Values{6, 8, 14, 16}));
  EXPECT_EQ(y[1], (Values{5, 7, 13, 15}));
}

TEST(PoolRef, MaxIndicesMayBeColumnMajor) {
  const std::vector<Values> y = pool({.op = PoolOp::max, .window = window(2, 2, 0), .column_major = true}, true);
  EXPECT_EQ(y[1], (Values{5, 13, 7, 15}));
}

TEST(PoolRef, AverageCountsPaddingOnlyWhereAsked) {
  expect_near(pool({.op = PoolOp::average, .window = window(3, 2, 1), .count_include_pad = true})[0],
              {1.555556, 3.333333, 6.333333, 11});
  expect_near(pool({.op = PoolOp::average, .window = window(3, 2, 1)})[0], {3.5, 5, 9.5, 11});
}

TEST(PoolRef, LpTakesTheRoot) {
  expect_near(pool({.op = PoolOp::lp, .window = window(2, 2, 0)})[0], {8.124039, 11.74734, 23.36664, 27.313});
}

TEST(LrnRef, NormalisesOverNeighbouringChannels) {
  const Operand x = dense({1, 4, 1, 1});
  const Problem p = problem(LrnAttributes{.size = 3, .alpha = .3, .beta = .5, .bias = 2}, {x}, {x});
  expect_near(solve(p, {{1, 2, 3, 4}})[0], {0.6324555, 1.084652, 1.355262, 1.885618});
}

ResizeAttributes resize(ResizeMode mode, ResizeCoordinates coordinates, double height, double width) {
  ResizeAttributes attributes{.mode = mode, .coordinates = coordinates};
  attributes.scales.fill(1);
  attributes.scales[2] = height;
  attributes.scales[3] = width;
  return attributes;
}

Values resized(const ResizeAttributes& attributes, const Extents& out) {
  return solve(problem(attributes, {dense(kImage)}, {dense(out)}), {count_from(1, 16)})[0];
}

TEST(ResizeRef, CubicDoubles) {
  Values y = resized(resize(ResizeMode::cubic, ResizeCoordinates::half_pixel, 2, 2), {1, 1, 8, 8});
  y.resize(16);
  expect_near(y, {0.4726562, 0.7695312, 1.246094, 1.875, 2.28125, 2.910156, 3.386719, 3.683594, 1.660156, 1.957031,
                  2.433594, 3.0625, 3.46875, 4.097656, 4.574219, 4.871094});
}

TEST(ResizeRef, CubicLeavesOutWhatLiesOutside) {
  ResizeAttributes attributes = resize(ResizeMode::cubic, ResizeCoordinates::half_pixel, .8, .8);
  attributes.cubic_coefficient = -0.5;
  attributes.exclude_outside = true;
  expect_near(resized(attributes, {1, 1, 3, 3}),
              {1.368127, 2.669501, 4.013337, 6.573625, 7.875, 9.218835, 11.94897, 13.25034, 14.59418});
}

TEST(ResizeRef, LinearWidensAgainstAliasing) {
  ResizeAttributes attributes = resize(ResizeMode::linear, ResizeCoordinates::half_pixel, .6, .6);
  attributes.antialias = true;
  expect_near(resized(attributes, {1, 1, 2, 2}), {2.875, 4.5, 9.375, 11});
}

TEST(ResizeRef, LinearAlignsCorners) {
  const ResizeAttributes attributes = resize(ResizeMode::linear, ResizeCoordinates::align_corners, 1, 1.75);
  Values y = resized(attributes, {1, 1, 4, 7});
  y.resize(7);
  expect_near(y, {1, 1.5, 2, 2.5, 3, 3.5, 4});
}

TEST(ResizeRef, NearestRoundsAsAsked) {
  ResizeAttributes attributes = resize(ResizeMode::nearest, ResizeCoordinates::half_pixel, 1, 1.75);
  attributes.nearest = ResizeNearest::round_prefer_ceil;
  Values y = resized(attributes, {1, 1, 4, 7});
  y.resize(7);
  EXPECT_EQ(y, (Values{1, 1, 2, 3, 3, 4, 4}));
}

TEST(ResizeRef, CropExtrapolatesOutside) {
  ResizeAttributes attributes = resize(ResizeMode::linear, ResizeCoordinates::tf_crop_and_resize, .75, .75);
  attributes.extrapolation = 10;
  attributes.roi = {0, 0, .4, .6, 0, 0, 0, 0, 1, 1, .6, 1.7};
  expect_near(resized(attributes, {1, 1, 3, 3}), {7.6, 10, 10, 8.8, 10, 10, 10, 10, 10});
}

}  // namespace
}  // namespace walle::testing_support
