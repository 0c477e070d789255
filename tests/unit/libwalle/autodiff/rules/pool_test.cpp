#include "tests/support/engine/gradient_check.h"

namespace walle::autodiff {
namespace {

using graph::Attributes;
using testing::Dims;

struct Case {
  std::string name, op;
  Dims x;
  Attributes attributes;
};
class Pool : public testing::GradientTest, public ::testing::WithParamInterface<Case> {};

TEST_P(Pool, AgreesWithDifferences) { check(op(GetParam().op, {input(GetParam().x)}, GetParam().attributes), 1e-6); }

const Attributes kOverlapping = {{"kernel_shape", Dims{3, 2}}, {"strides", Dims{2, 1}}, {"pads", Dims{1, 0, 1, 1}}};
const Attributes kCeiling = {{"kernel_shape", Dims{3, 3}}, {"strides", Dims{2, 2}}, {"ceil_mode", int64_t{1}}};
const Attributes kDilated = {{"kernel_shape", Dims{2, 2}}, {"dilations", Dims{2, 2}}};

Attributes with(Attributes attributes, const std::string& name, int64_t value) {
  attributes[name] = value;
  return attributes;
}

const Case kCases[] = {
    {"Max", "MaxPool", {2, 2, 4, 4}, {{"kernel_shape", Dims{2, 2}}, {"strides", Dims{2, 2}}}},
    {"MaxOverlapping", "MaxPool", {1, 2, 5, 4}, kOverlapping},
    {"MaxCeiling", "MaxPool", {1, 1, 6, 6}, kCeiling},
    {"MaxDilated", "MaxPool", {1, 2, 4, 5}, kDilated},
    {"MaxOneAxis", "MaxPool", {2, 2, 7}, {{"kernel_shape", Dims{3}}}},
    {"Average", "AveragePool", {2, 2, 4, 4}, {{"kernel_shape", Dims{2, 2}}, {"strides", Dims{2, 2}}}},
    {"AverageOverlapping", "AveragePool", {1, 2, 5, 4}, kOverlapping},
    {"AverageWithPadding", "AveragePool", {1, 2, 5, 4}, with(kOverlapping, "count_include_pad", 1)},
    {"AverageCeiling", "AveragePool", {1, 1, 6, 6}, kCeiling},
    {"AverageCeilingWithPadding", "AveragePool", {1, 1, 6, 6}, with(kCeiling, "count_include_pad", 1)},
    {"AverageDilated", "AveragePool", {1, 2, 4, 5}, kDilated},
    {"AverageThreeAxes", "AveragePool", {1, 1, 3, 3, 3}, {{"kernel_shape", Dims{2, 2, 2}}}},
    {"Lp", "LpPool", {1, 2, 4, 4}, {{"kernel_shape", Dims{2, 3}}}},
    {"LpThree", "LpPool", {1, 2, 4, 4}, with({{"kernel_shape", Dims{2, 2}}}, "p", 3)},
    {"GlobalMax", "GlobalMaxPool", {2, 3, 3, 2}, {}},
    {"GlobalAverage", "GlobalAveragePool", {2, 3, 3, 2}, {}},
};
INSTANTIATE_TEST_SUITE_P(Shapes, Pool, ::testing::ValuesIn(kCases), [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace walle::autodiff
