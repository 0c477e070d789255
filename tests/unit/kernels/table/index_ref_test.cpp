// Expected values are NumPy's and those of ONNX's operator documentation.
#include "tests/unit/kernels/table/reference.h"

namespace walle::testing_support {
namespace {

TEST(GatherRef, CountsNegativeIndicesFromTheEnd) {
  const Problem p = problem(GatherAttributes{.axis = 1}, {dense({2, 3}), dense({2}, DType::i64)}, {dense({2, 2})});
  EXPECT_EQ(solve(p, {count_from(1, 6), {-1, 0}})[0], (Values{3, 1, 6, 4}));
}

TEST(GatherRef, ReadsZeroOutside) {
  const Problem p = problem(GatherAttributes{.axis = 0}, {dense({3}), dense({2}, DType::i32)}, {dense({2})});
  EXPECT_EQ(solve(p, {{1, 2, 3}, {3, -4}})[0], (Values{0, 0}));
}

TEST(GatherElementsRef, TakesAlongAnAxis) {
  const Problem p =
      problem(GatherElementsAttributes{.axis = 1}, {dense({2, 2}), dense({2, 2}, DType::i64)}, {dense({2, 2})});
  EXPECT_EQ(solve(p, {{1, 2, 3, 4}, {0, 0, 1, 0}})[0], (Values{1, 1, 4, 3}));
}

TEST(GatherNdRef, HonoursBatchAxes) {
  const Problem p =
      problem(GatherNdAttributes{.batch_dims = 1}, {dense({2, 2, 2}), dense({2, 1}, DType::i64)}, {dense({2, 2})});
  EXPECT_EQ(solve(p, {count_from(0, 8), {1, 0}})[0], (Values{2, 3, 4, 5}));
}

TEST(ScatterRef, AddsRepeatedElements) {
  const Operand indices = dense({1, 2}, DType::i64);
  const Problem p = problem(ScatterAttributes{.elements = true, .axis = 1, .reduction = ScatterReduction::add},
                            {dense({1, 5}), indices, dense({1, 2})}, {dense({1, 5})});
  EXPECT_EQ(solve(p, {{1, 2, 3, 4, 5}, {1, 1}, {1.5, 2}})[0], (Values{1, 5.5, 3, 4, 5}));
}

TEST(ScatterRef, WritesSlices) {
  const Problem p =
      problem(ScatterAttributes{}, {dense({3, 2}), dense({2, 1}, DType::i64), dense({2, 2})}, {dense({3, 2})});
  EXPECT_EQ(solve(p, {count_from(0, 6), {2, 0}, {9, 8, 7, 6}})[0], (Values{7, 6, 2, 3, 9, 8}));
}

TEST(TopKRef, TakesTiesByLowerIndex) {
  const Problem p = problem(TopKAttributes{.axis = 0}, {dense({5})}, {dense({3}), dense({3}, DType::i64)});
  const std::vector<Values> y = solve(p, {{2, 5, 1, 5, 2}});
  EXPECT_EQ(y[0], (Values{5, 5, 2}));
  EXPECT_EQ(y[1], (Values{1, 3, 0}));
}

TEST(ArgReduceRef, FindsFirstOrLast) {
  const Problem first = problem(ArgReduceAttributes{.axis = 1}, {dense({1, 4})}, {dense({1, 1}, DType::i64)});
  const Problem last =
      problem(ArgReduceAttributes{.last = true, .axis = 1}, {dense({1, 4})}, {dense({1, 1}, DType::i64)});
  EXPECT_EQ(solve(first, {{1, 3, 3, 0}})[0], (Values{1}));
  EXPECT_EQ(solve(last, {{1, 3, 3, 0}})[0], (Values{2}));
}

TEST(ScanRef, RunsExclusiveAndInReverse) {
  const Operand x = dense({3}, DType::i64);
  const Problem p = problem(ScanAttributes{.exclusive = true, .reverse = true, .axis = 0}, {x}, {x});
  EXPECT_EQ(solve(p, {{1, 2, 3}})[0], (Values{5, 3, 0}));
}

TEST(ReduceRef, EmptyReductionsGiveTheNeutralElement) {
  const auto reduce = [](ReduceOp op) {
    return solve(problem(ReduceAttributes{.op = op, .axes_mask = 1}, {dense({0, 2})}, {dense({1, 2})}), {{}})[0];
  };
  EXPECT_EQ(reduce(ReduceOp::sum), (Values{0, 0}));
  EXPECT_EQ(reduce(ReduceOp::prod), (Values{1, 1}));
  EXPECT_EQ(reduce(ReduceOp::max), (Values(2, -std::numeric_limits<double>::infinity())));
}

TEST(ReduceRef, LogSumExpDoesNotOverflow) {
  const Problem p =
      problem(ReduceAttributes{.op = ReduceOp::log_sum_exp, .axes_mask = 2}, {dense({2, 2})}, {dense({2, 1})});
  expect_near(solve(p, {{1000, 1000, 1, 2}})[0], {1000.693147, 2.313262});
}

TEST(SoftmaxRef, IsStable) {
  const Operand x = dense({2, 3});
  expect_near(solve(problem(SoftmaxAttributes{}, {x}, {x}), {{1, 2, 3, 1000, 1000, -1000}})[0],
              {0.09003057, 0.2447285, 0.6652409, 0.5, 0.5, 0});
  const Operand row = dense({1, 3});
  expect_near(solve(problem(SoftmaxAttributes{.log = true}, {row}, {row}), {{1, 2, 4}})[0],
              {-3.169846, -2.169846, -0.169846});
}

TEST(NormRef, NormalisesScalesAndShifts) {
  const Operand x = dense({2, 3});
  Operand row = x;
  row.strides[0] = 0;
  const Problem p = problem(NormAttributes{}, {x, row, row}, {x});
  expect_near(solve(p, {{1, 2, 4, 0, 0, 3}, {1, 2, 1}, {0, 1, 0}})[0],
              {-1.069041, 0.4654794, 1.336302, -0.707105, -0.41421, 1.41421}, 1e-5);
}

TEST(MatmulRef, IntegersSubtractZeroPointsOfRowsAndColumns) {
  const Problem p =
      problem(MatMulAttributes{},
              {dense({2, 2}, DType::u8), dense({2, 2}, DType::i8), dense({2}, DType::u8), dense({2}, DType::i8)},
              {dense({2, 2}, DType::i32)});
  // [[1-1, 2-1], [3-2, 4-2]] * [[1-0, -1-1], [2-0, -2-1]]
  EXPECT_EQ(solve(p, {{1, 2, 3, 4}, {1, -1, 2, -2}, {1, 2}, {0, 1}})[0], (Values{2, -3, 5, -8}));
}

TEST(IotaRef, StepsFromStart) {
  const Operand scalar = dense({}, DType::i64);
  EXPECT_EQ(solve(problem(IotaAttributes{}, {scalar, scalar}, {dense({4}, DType::i64)}), {{10}, {-3}})[0],
            (Values{10, 7, 4, 1}));
}

TEST(SelectRef, TakesByCondition) {
  const Operand x = dense({3}, DType::i64);
  const Problem p = problem(SelectAttributes{}, {dense({3}, DType::boolean), x, x}, {x});
  EXPECT_EQ(solve(p, {{1, 0, 1}, {1, 2, 3}, {4, 5, 6}})[0], (Values{1, 5, 3}));
}

TEST(RasterRef, AddsIntoZeroAndReadsIndices) {
  Problem p = problem(RasterAttributes{}, {dense({3}), dense({4}, DType::i64)}, {dense({2})});
  Region region{.axes = {{4, 1, 0}}, .combine = Combine::add};
  region.indexed = IndexedAxis{.operand = 1, .axis = 0, .index_stride = 1, .bound = 3};
  p.regions = {region};
  EXPECT_EQ(solve(p, {{1, 10, 100}, {0, -1, 2, 7}})[0], (Values{201, 0}));
}

TEST(RasterRef, FillsAndReverses) {
  Problem p = problem(RasterAttributes{}, {dense({3}, DType::i32)}, {dense({5}, DType::i32)});
  p.regions = {{.source = Region::kFill, .fill = 7, .dst_offset = 3, .axes = {{2, 0, 1}}},
               {.src_offset = 2, .axes = {{3, -1, 1}}}};
  EXPECT_EQ(solve(p, {{1, 2, 3}})[0], (Values{3, 2, 1, 7, 7}));
}

}  // namespace
}  // namespace walle::testing_support
