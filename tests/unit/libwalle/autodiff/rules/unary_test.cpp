#include "tests/support/engine/gradient_check.h"

namespace walle::autodiff {
namespace {

struct Case {
  std::string op;
  double low, high;
  graph::Attributes attributes;
};
class Unary : public testing::GradientTest, public ::testing::WithParamInterface<Case> {};

TEST_P(Unary, AgreesWithDifferences) {
  const Case& c = GetParam();
  check(op(c.op, {input({3, 7}, c.low, c.high)}, c.attributes));
}

const Case kCases[] = {
    {"Abs", -1, 1, {}},
    {"Neg", -1, 1, {}},
    {"Floor", -2, 2, {}},
    {"Ceil", -2, 2, {}},
    {"Sign", -1, 1, {}},
    {"Sqrt", 0.2, 3, {}},
    {"Reciprocal", 0.4, 2, {}},
    {"Exp", -2, 2, {}},
    {"Log", 0.3, 3, {}},
    {"Sin", -3, 3, {}},
    {"Cos", -3, 3, {}},
    {"Tan", -1, 1, {}},
    {"Asin", -0.8, 0.8, {}},
    {"Acos", -0.8, 0.8, {}},
    {"Atan", -3, 3, {}},
    {"Sinh", -2, 2, {}},
    {"Cosh", -2, 2, {}},
    {"Tanh", -2, 2, {}},
    {"Asinh", -2, 2, {}},
    {"Acosh", 1.3, 3, {}},
    {"Atanh", -0.8, 0.8, {}},
    {"Erf", -2, 2, {}},
    {"Sigmoid", -4, 4, {}},
    {"Relu", -1, 1, {}},
    {"LeakyRelu", -1, 1, {{"alpha", 0.2F}}},
    {"Elu", -2, 2, {{"alpha", 1.5F}}},
    {"Selu", -2, 2, {}},
    {"Celu", -2, 2, {{"alpha", 0.7F}}},
    {"HardSigmoid", -4, 4, {}},
    {"HardSwish", -5, 5, {}},
    {"Softplus", -4, 4, {}},
    {"Softsign", -3, 3, {}},
    {"ThresholdedRelu", -2, 2, {{"alpha", 0.6F}}},
    {"Gelu", -3, 3, {}},
    {"Gelu", -3, 3, {{"approximate", std::string("tanh")}}},
    {"Mish", -3, 3, {}},
    {"Swish", -3, 3, {{"alpha", 1.7F}}},
    {"Shrink", -2, 2, {{"lambd", 0.5F}, {"bias", 0.3F}}},
    {"Clip", -2, 2, {{"min", -0.75F}, {"max", 1.25F}}},
    {"Identity", -1, 1, {}},
};
INSTANTIATE_TEST_SUITE_P(Operators, Unary, ::testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.op + std::to_string(info.index); });

}  // namespace
}  // namespace walle::autodiff
