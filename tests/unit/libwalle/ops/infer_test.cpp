#include "tests/unit/libwalle/ops/helper.h"

namespace walle::ops::testing {
namespace {

TEST_F(OpTest, BroadcastingKeepsSymbols) {
  const Dim n = symbol("n");
  EXPECT_EQ(shape("Add", {input({n, 3, 1}), input({4})}), (Shape{n, 3, 4}));
  EXPECT_EQ(shape("Mul", {input({n, 1}), input({n, 5})}), (Shape{n, 5}));
}

TEST_F(OpTest, ShapesThatDoNotBroadcastAreRefusedWithBoth) {
  const std::string message = error("Add", {input({2, 3}), input({4})});
  for (const char* part : {"(Add)", "[2,3]", "[4]"}) EXPECT_NE(message.find(part), std::string::npos) << message;
}

TEST_F(OpTest, DifferentTypesAreRefused) {
  EXPECT_NE(error("Add", {input({2}), input({2}, DType::i64)}).find("i64"), std::string::npos);
}

TEST_F(OpTest, ConvolutionOfASymbolicImageIsAffineForStrideOne) {
  const Dim n = symbol("n");
  const Dim w = symbol("w");
  const Shape result = shape("Conv", {input({n, 3, w, 8}), input({16, 3, 3, 3})}, {{"pads", Ints{0, 1, 0, 1}}});
  EXPECT_EQ(result, (Shape{n, 16, *Dim::sub(w, Dim(2)), 8}));
}

TEST_F(OpTest, ConvolutionWindows) {
  const ValueId x = input({1, 3, 7, 7});
  const ValueId w = input({4, 3, 3, 3});
  EXPECT_EQ(shape("Conv", {x, w}, {{"strides", Ints{2, 2}}}), (Shape{1, 4, 3, 3}));
  EXPECT_EQ(shape("Conv", {x, w}, {{"auto_pad", std::string("SAME_UPPER")}, {"strides", Ints{2, 2}}}),
            (Shape{1, 4, 4, 4}));
  EXPECT_EQ(shape("Conv", {input({1, 4, 9}), input({8, 1, 3})}, {{"group", int64_t{4}}, {"dilations", Ints{2}}}),
            (Shape{1, 8, 5}));
}

TEST_F(OpTest, ConvolutionRefusesWhatDoesNotFit) {
  const ValueId w = input({8, 3, 3, 3});
  const ValueId x = input({1, 3, 8, 8});
  const auto refuses = [&](ValueId operand, graph::Attributes attributes, const std::string& part) {
    const std::string message = error("Conv", {operand, w}, std::move(attributes));
    EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  refuses(input({1, 4, 8, 8}), {}, "do not fit");
  refuses(input({1, 3, 2, 2}), {}, "does not fit axis");
  refuses(x, {{"strides", Ints{0, 1}}}, "strides");
  refuses(x, {{"pads", Ints{1, 1}}}, "pads");
  refuses(x, {{"group", int64_t{0}}}, "group");
}

TEST_F(OpTest, PoolingInCeilModeDropsAWindowThatBeginsInThePadding) {
  const graph::Attributes two = {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}, {"ceil_mode", int64_t{1}}};
  const graph::Attributes one = {{"kernel_shape", Ints{1, 1}}, {"strides", Ints{2, 2}}, {"ceil_mode", int64_t{1}}};
  EXPECT_EQ(shape("MaxPool", {input({1, 1, 5, 5})}, two), (Shape{1, 1, 3, 3}));
  EXPECT_EQ(shape("MaxPool", {input({1, 1, 2, 2})}, one), (Shape{1, 1, 1, 1}));
}

TEST_F(OpTest, ReshapeKeepsSymbolsThroughMinusOne) {
  const Dim n = symbol("n");
  EXPECT_EQ(shape("Reshape", {input({n, 3, 4}), ints({0, -1})}), (Shape{n, 12}));
  EXPECT_EQ(shape("Reshape", {input({n, 3, 4}), ints({-1, 6})}), (Shape{*Dim::mul(n, Dim(2)), 6}));
  EXPECT_NE(error("Reshape", {input({2, 3}), ints({4, 2})}).find("counts differ"), std::string::npos);
  EXPECT_NE(error("Reshape", {input({2, 3}), ints({-1, -1})}).find("not valid"), std::string::npos);
}

TEST_F(OpTest, ChainsOfShapesAreFollowed) {
  const Dim n = symbol("n");
  const ValueId x = input({n, 3, 8, 8});
  const ValueId dims = *builder.one("Shape", {x});
  const ValueId first = *builder.one("Slice", {dims, ints({0}), ints({1}), ints({0})});
  const ValueId target = *builder.one("Concat", {first, ints({-1})}, {{"axis", int64_t{0}}});
  EXPECT_EQ(shape("Reshape", {x, target}), (Shape{n, 192}));
}

TEST_F(OpTest, GatheredDimensionsTakePartInArithmetic) {
  const Dim h = symbol("h");
  const ValueId dims = *builder.one("Shape", {input({1, 3, h, 8})});
  const ValueId height = *builder.one("Gather", {dims, builder.scalar(DType::i64, 2)}, {{"axis", int64_t{0}}});
  const ValueId doubled = *builder.one("Mul", {height, builder.scalar(DType::i64, 2)});
  const ValueId vector = *builder.one("Unsqueeze", {doubled, ints({0})});
  EXPECT_EQ(shape("ConstantOfShape", {vector}), (Shape{*Dim::mul(h, Dim(2))}));
}

TEST_F(OpTest, AConditionOnShapesIsKnown) {
  const ValueId dims = *builder.one("Shape", {input({1, 3})});
  const ValueId first = *builder.one("Gather", {dims, builder.scalar(DType::i64, 0)});
  const ValueId same = *builder.one("Equal", {first, builder.scalar(DType::i64, 1)});
  ASSERT_TRUE(graph.value(same).known.has_value());
  EXPECT_EQ((*graph.value(same).known)[0], Dim(1));
}

struct SliceCase {
  int64_t start, end, step, size;
};
class SliceSizes : public OpTest, public ::testing::WithParamInterface<SliceCase> {};

TEST_P(SliceSizes, AreThoseOfOnnx) {
  const SliceCase c = GetParam();
  EXPECT_EQ(shape("Slice", {input({10}), ints({c.start}), ints({c.end}), ints({0}), ints({c.step})}), (Shape{c.size}));
}

constexpr int64_t kLow = std::numeric_limits<int64_t>::min();
constexpr int64_t kHigh = std::numeric_limits<int64_t>::max();
INSTANTIATE_TEST_SUITE_P(Of10, SliceSizes,
                         ::testing::Values(SliceCase{0, 10, 1, 10}, SliceCase{2, 5, 1, 3}, SliceCase{-3, kHigh, 1, 3},
                                           SliceCase{5, 2, 1, 0}, SliceCase{0, 10, 3, 4}, SliceCase{9, 0, -1, 9},
                                           SliceCase{kHigh, kLow, -1, 10}, SliceCase{-1, kLow, -2, 5},
                                           SliceCase{20, 30, 1, 0}, SliceCase{kLow, kHigh, kHigh, 1},
                                           SliceCase{kHigh, kLow, kLow, 1}));

TEST_F(OpTest, ReductionsByAttributeAndOperand) {
  const Dim n = symbol("n");
  EXPECT_EQ(shape("ReduceSum", {input({n, 3, 4}), ints({-1})}), (Shape{n, 3, 1}));
  EXPECT_EQ(shape("ReduceMean", {input({n, 3, 4})}, {{"axes", Ints{0, 2}}, {"keepdims", int64_t{0}}}), (Shape{3}));
  EXPECT_NE(error("ReduceMax", {input({2, 3})}, {{"axes", Ints{2}}}).find("(ReduceMax)"), std::string::npos);
  EXPECT_NE(error("ReduceMax", {input({2, 3})}, {{"axes", Ints{1, -1}}}).find("twice"), std::string::npos);
}

TEST_F(OpTest, ProductsOfVectorsAndBatches) {
  const Dim n = symbol("n");
  EXPECT_EQ(shape("MatMul", {input({n, 2, 3}), input({3, 4})}), (Shape{n, 2, 4}));
  EXPECT_EQ(shape("MatMul", {input({3}), input({3, 4})}), (Shape{4}));
  EXPECT_EQ(shape("MatMul", {input({3}), input({3})}), (Shape{}));
  EXPECT_NE(error("MatMul", {input({2, 3}), input({4, 5})}).find("do not fit"), std::string::npos);
}

TEST_F(OpTest, ResizeByWholeScalesKeepsSymbols) {
  const Dim h = symbol("h");
  const std::vector<float> values = {1, 1, 2, 2};
  const ValueId scales = builder.constant(*engine::Tensor::of<float>(Ints{4}, values));
  EXPECT_EQ(shape("Resize", {input({1, 3, h, 8}), graph::kNoValue, scales}), (Shape{1, 3, *Dim::mul(h, Dim(2)), 16}));
}

TEST_F(OpTest, EinsumNamesItsAxes) {
  EXPECT_EQ(shape("Einsum", {input({2, 3, 4}), input({2, 4, 5})}, {{"equation", std::string("bij,bjk->bik")}}),
            (Shape{2, 3, 5}));
  EXPECT_EQ(shape("Einsum", {input({2, 3, 3})}, {{"equation", std::string("...ii->...i")}}), (Shape{2, 3}));
  EXPECT_NE(error("Einsum", {input({2, 3})}, {{"equation", std::string("ij->k")}}).find("equation"), std::string::npos);
}

TEST_F(OpTest, AttentionKeepsSymbolsAndAddsTheCache) {
  const Dim n = symbol("n");
  const Dim past = symbol("past");
  const ValueId q = input({1, n, 8});
  const ValueId k = input({1, n, 4});
  const graph::Attributes heads = {{"q_num_heads", int64_t{4}}, {"kv_num_heads", int64_t{2}}};
  const ValueId cache = input({1, 2, past, 2});
  const auto made = builder.op("Attention", {q, k, k, graph::kNoValue, cache, cache}, heads, 4);
  ASSERT_TRUE(made.has_value()) << made.error().message;
  EXPECT_EQ(*graph.value((*made)[0]).shape, (Shape{1, n, 8}));
  EXPECT_EQ(*graph.value((*made)[1]).shape, (Shape{1, 2, *Dim::add(past, n), 2}));
  EXPECT_EQ(*graph.value((*made)[3]).shape, (Shape{1, 4, n, *Dim::add(past, n)}));
}

TEST_F(OpTest, AttentionRefusesHeadsThatDoNotDivide) {
  const std::string message = error("Attention", {input({1, 3, 2, 4}), input({1, 2, 2, 4}), input({1, 2, 2, 4})});
  EXPECT_NE(message.find("heads"), std::string::npos) << message;
}

TEST_F(OpTest, GridSampleTakesImageAndPlacesOfAnyRank) {
  EXPECT_EQ(shape("GridSample", {input({2, 3, 4, 5}), input({2, 6, 7, 2})}), (Shape{2, 3, 6, 7}));
  EXPECT_EQ(shape("GridSample", {input({2, 3, 4, 5, 6}), input({2, 1, 6, 7, 3})}), (Shape{2, 3, 1, 6, 7}));
  EXPECT_NE(error("GridSample", {input({2, 3, 4, 5}), input({2, 6, 7, 3})}), "");
}

TEST_F(OpTest, HalfASpectrumBecomesARealSignal) {
  const graph::Attributes both = {{"inverse", int64_t{1}}, {"onesided", int64_t{1}}, {"axis", int64_t{1}}};
  EXPECT_EQ(shape("DFT", {input({1, 6, 2})}, both), (Shape{1, 10, 1}));
}

TEST_F(OpTest, BitsNeedATypeOfTheSameWidth) {
  EXPECT_EQ(shape("BitCast", {input({3})}, {{"to", int64_t{6}}}), (Shape{3}));
  EXPECT_NE(error("BitCast", {input({3})}, {{"to", int64_t{7}}}).find("width"), std::string::npos);
}

}  // namespace
}  // namespace walle::ops::testing
