#include "tests/support/engine/gradient_check.h"

namespace walle::autodiff {
namespace {

using graph::Attributes;
using testing::Dims;

struct Case {
  std::string name, op;
  Dims x, w;
  int64_t bias;  ///< channels, or 0
  Attributes attributes;
};
class Conv : public testing::GradientTest, public ::testing::WithParamInterface<Case> {};

TEST_P(Conv, AgreesWithDifferences) {
  const Case& c = GetParam();
  std::vector<graph::ValueId> operands = {input(c.x)};
  operands.push_back(input(c.w));
  if (c.bias > 0) operands.push_back(input({c.bias}));
  check(op(c.op, operands, c.attributes));
}

const Case kCases[] = {
    {"Plain", "Conv", {2, 2, 5, 4}, {3, 2, 3, 3}, 3, {}},
    {"Padded", "Conv", {1, 2, 4, 4}, {2, 2, 3, 3}, 0, {{"pads", Dims{1, 0, 1, 2}}}},
    {"Strided", "Conv", {1, 1, 6, 5}, {2, 1, 3, 2}, 0, {{"strides", Dims{2, 3}}}},
    {"StridedWithARest", "Conv", {1, 2, 8, 8}, {2, 2, 3, 3}, 2, {{"strides", Dims{3, 4}}}},
    {"Dilated", "Conv", {1, 2, 7, 6}, {1, 2, 3, 2}, 0, {{"dilations", Dims{2, 3}}, {"pads", Dims{1, 1, 1, 1}}}},
    {"StridedAndDilated",
     "Conv",
     {2, 1, 9, 4},
     {2, 1, 3, 3},
     0,
     {{"dilations", Dims{2, 1}}, {"strides", Dims{2, 1}}, {"pads", Dims{2, 1, 1, 0}}}},
    {"Grouped", "Conv", {2, 4, 4, 3}, {6, 2, 2, 3}, 6, {{"group", int64_t{2}}, {"pads", Dims{0, 1, 0, 1}}}},
    {"Depthwise", "Conv", {2, 3, 4, 4}, {3, 1, 3, 3}, 0, {{"group", int64_t{3}}, {"pads", Dims{1, 1, 1, 1}}}},
    {"PaddedByMoreThanTheKernel", "Conv", {1, 1, 3, 3}, {1, 1, 2, 2}, 0, {{"pads", Dims{2, 3, 2, 0}}}},
    {"Pointwise", "Conv", {2, 3, 2, 2}, {2, 3, 1, 1}, 2, {}},
    {"OneAxis", "Conv", {2, 2, 9}, {3, 2, 4}, 3, {{"strides", Dims{2}}, {"pads", Dims{1, 2}}}},
    {"ThreeAxes", "Conv", {1, 2, 3, 3, 3}, {2, 2, 2, 2, 2}, 0, {{"strides", Dims{1, 2, 1}}}},
    {"Transposed", "ConvTranspose", {1, 2, 3, 3}, {2, 3, 2, 2}, 3, {}},
    {"TransposedStrided",
     "ConvTranspose",
     {1, 2, 3, 2},
     {2, 2, 3, 3},
     0,
     {{"strides", Dims{2, 3}}, {"pads", Dims{1, 0, 0, 1}}, {"output_padding", Dims{1, 2}}}},
    {"TransposedGrouped",
     "ConvTranspose",
     {2, 4, 2, 3},
     {4, 1, 2, 2},
     2,
     {{"group", int64_t{2}}, {"dilations", Dims{2, 1}}}},
};
INSTANTIATE_TEST_SUITE_P(Shapes, Conv, ::testing::ValuesIn(kCases), [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace walle::autodiff
