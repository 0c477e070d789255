#include "tests/support/engine/gradient_check.h"

namespace walle::autodiff {
namespace {

using testing::Dims;

struct Case {
  std::string op;
  Dims a, b;
  double low, high;
  graph::Attributes attributes;
};
class Binary : public testing::GradientTest, public ::testing::WithParamInterface<Case> {};

TEST_P(Binary, AgreesWithDifferences) {
  const Case& c = GetParam();
  const auto a = input(c.a, c.low, c.high);
  const auto b = input(c.b, c.low, c.high);
  check(op(c.op, {a, b}, c.attributes));
}

const Case kCases[] = {
    {"Add", {2, 3, 4}, {3, 1}, -1, 1, {}},    {"Sub", {4}, {2, 3, 4}, -1, 1, {}},
    {"Mul", {2, 1, 4}, {1, 3, 1}, -1, 1, {}}, {"Div", {2, 3}, {3}, 0.5, 2, {}},
    {"Pow", {2, 3}, {2, 1}, 0.5, 2, {}},      {"Max", {5, 2}, {2}, -1, 1, {}},
    {"Min", {5, 2}, {5, 1}, -1, 1, {}},       {"Mod", {3, 3}, {3, 3}, 0.6, 3, {{"fmod", int64_t{1}}}},
    {"PRelu", {2, 3, 4}, {3, 1}, -1, 1, {}},
};
INSTANTIATE_TEST_SUITE_P(Operators, Binary, ::testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.op + std::to_string(info.index); });

using BinaryRule = testing::GradientTest;

TEST_F(BinaryRule, AddsBothSidesOfAnOperandUsedTwice) {
  const auto x = input({3, 2});
  check(op("Mul", {x, x}));
}

TEST_F(BinaryRule, PowerOfZeroIsFinite) {
  const auto x = input_of({3}, {0, 1, 2});
  const auto made = gradients(op("Pow", {x, number(2)}));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ((*made)[0].values<double>()[0], 0);
}

TEST_F(BinaryRule, SelectsByCondition) {
  const auto a = input({2, 3});
  const auto b = input({3});
  check(op("Where", {op("Greater", {a, number(0)}), a, b}));
}

TEST_F(BinaryRule, GoesThroughACast) {
  const auto x = input({4});
  const auto narrow = op("Cast", {x}, {{"to", int64_t{1}}});                 // float32
  check(op("Mul", {x, op("Cast", {narrow}, {{"to", int64_t{11}}})}), 1e-2);  // the step is near float32's resolution
}

}  // namespace
}  // namespace walle::autodiff
