#include "tests/support/engine/gradient_check.h"

namespace walle::autodiff {
namespace {

using graph::Attributes;
using testing::Dims;

struct Case {
  std::string name;
  Dims from, to;
  Attributes attributes;
};
class Resize : public testing::GradientTest, public ::testing::WithParamInterface<Case> {};

TEST_P(Resize, AgreesWithDifferences) {
  const Case& c = GetParam();
  check(op("Resize", {input(c.from), graph::kNoValue, graph::kNoValue, ints(c.to)}, c.attributes));
}

Attributes mode(const char* name, const char* coordinates = "half_pixel") {
  return {{"mode", std::string(name)}, {"coordinate_transformation_mode", std::string(coordinates)}};
}

Attributes antialiased() {
  Attributes attributes = mode("linear");
  attributes["antialias"] = int64_t{1};
  return attributes;
}

const Case kCases[] = {
    {"LinearUp", {1, 2, 3, 3}, {1, 2, 5, 7}, mode("linear")},
    {"LinearDown", {1, 1, 6, 5}, {1, 1, 3, 4}, mode("linear", "align_corners")},
    {"Nearest", {1, 2, 3, 2}, {1, 2, 7, 4}, mode("nearest", "asymmetric")},
    {"Cubic", {1, 1, 4, 5}, {1, 1, 7, 3}, mode("cubic")},
    {"Antialiased", {1, 1, 7, 6}, {1, 1, 3, 2}, antialiased()},
    {"OneAxis", {2, 3, 4}, {2, 3, 9}, mode("linear", "pytorch_half_pixel")},
    {"FirstAxes", {2, 3, 2}, {4, 2, 2}, mode("linear")},
};
INSTANTIATE_TEST_SUITE_P(Modes, Resize, ::testing::ValuesIn(kCases), [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace walle::autodiff
