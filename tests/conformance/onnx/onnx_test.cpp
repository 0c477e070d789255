#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

#include "tests/conformance/onnx/cases.h"

namespace walle::conformance {
namespace {

class Onnx : public ::testing::TestWithParam<std::tuple<Case, std::string>> {};

TEST_P(Onnx, GivesTheExpectedOutputs) {
  const auto& [one, backend] = GetParam();
  static const auto skipped = left_out();
  const auto reason = skipped.find(one.name);
  const Status status = run_case(one, backend);
  if (reason == skipped.end()) {
    EXPECT_TRUE(status.has_value()) << one.name << " on " << backend << ": " << status.error().message;
  } else {
    EXPECT_FALSE(status.has_value()) << one.name << " passes: take it out of left_out.txt";
  }
}

std::string label(const ::testing::TestParamInfo<std::tuple<Case, std::string>>& info) {
  std::string text = std::get<0>(info.param).name + "_" + std::get<1>(info.param);
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return text;
}

INSTANTIATE_TEST_SUITE_P(Debian, Onnx,
                         ::testing::Combine(::testing::ValuesIn(all_cases()), ::testing::Values("ref", "cpu")), label);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Onnx);

TEST(OnnxCases, AreInstalled) { EXPECT_GE(all_cases().size(), 1000U) << "install libonnx-testdata"; }

TEST(OnnxCases, LeftOutNamesExist) {
  const auto cases = all_cases();
  for (const auto& [name, reason] : left_out()) {
    const bool exists = std::any_of(cases.begin(), cases.end(), [&](const Case& one) { return one.name == name; });
    EXPECT_TRUE(exists) << name << " in left_out.txt is no case";
    EXPECT_FALSE(reason.empty());
  }
}

}  // namespace

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

}  // namespace walle::conformance
