#include "tests/support/engine/gradient_check.h"

namespace walle::autodiff {
namespace {

using testing::Dims;

struct Case {
  std::string op;
  Dims dims, axes;
  int64_t keepdims;
  double low, high;
};
class Reduce : public testing::GradientTest, public ::testing::WithParamInterface<Case> {};

TEST_P(Reduce, AgreesWithDifferences) {
  const Case& c = GetParam();
  check(op(c.op, {input(c.dims, c.low, c.high), ints(c.axes)}, {{"keepdims", c.keepdims}}), 1e-6);
}

const Case kCases[] = {
    {"ReduceSum", {2, 3, 4}, {1}, 1, -1, 1},     {"ReduceSum", {2, 3, 4}, {0, -1}, 0, -1, 1},
    {"ReduceMean", {2, 3, 4}, {0, 2}, 1, -1, 1}, {"ReduceMean", {4, 3}, {0}, 0, -1, 1},
    {"ReduceMax", {3, 5}, {1}, 1, -1, 1},        {"ReduceMin", {3, 5, 2}, {0, 2}, 0, -1, 1},
    {"ReduceProd", {3, 4}, {1}, 1, -1, 1},       {"ReduceProd", {2, 3, 2}, {0, 2}, 0, 0.5, 1.5},
    {"ReduceSumSquare", {3, 4}, {0}, 1, -1, 1},  {"ReduceL1", {3, 4}, {1}, 0, -1, 1},
    {"ReduceL2", {2, 3, 4}, {1, 2}, 1, -1, 1},   {"ReduceLogSum", {3, 4}, {1}, 1, 0.5, 2},
    {"ReduceLogSumExp", {3, 4}, {0}, 1, -2, 2},
};
INSTANTIATE_TEST_SUITE_P(Operators, Reduce, ::testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.op + std::to_string(info.index); });

using ReduceRule = testing::GradientTest;

TEST_F(ReduceRule, ProductOfAZeroHasAGradient) {
  check(op("ReduceProd", {input_of({1, 3}, {0, 2, 3}), ints({1})}, {{"keepdims", int64_t{0}}}));
}

TEST_F(ReduceRule, RunningSums) {
  const auto x = input({3, 4});
  const auto forward = op("CumSum", {x, indices({}, {1})});
  const auto backward = op("CumSum", {x, indices({}, {0})}, {{"exclusive", int64_t{1}}, {"reverse", int64_t{1}}});
  check(op("Mul", {forward, backward}));
}

TEST_F(ReduceRule, LargestOfTopK) { check(many("TopK", {input({3, 6}), ints({2})}, {{"axis", int64_t{-1}}}, 2)[0]); }

TEST_F(ReduceRule, SmallestOfTopKAlongTheFirstAxis) {
  check(many("TopK", {input({5, 3}), ints({3})}, {{"axis", int64_t{0}}, {"largest", int64_t{0}}}, 2)[0]);
}

}  // namespace
}  // namespace walle::autodiff
