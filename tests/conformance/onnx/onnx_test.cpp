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

INSTANTIATE_TEST_SUITE_P(Cases, Onnx,
                         ::testing::Combine(::testing::ValuesIn(all_cases()), ::testing::Values("ref", "cpu")), label);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Onnx);

ptrdiff_t newest_cases(const std::vector<Case>& cases) { return std::count_if(cases.begin(), cases.end(), is_newest); }

TEST(OnnxCases, DebiansAreInstalled) {
  const auto cases = all_cases();
  EXPECT_GE(static_cast<ptrdiff_t>(cases.size()) - newest_cases(cases), 1000) << "install libonnx-testdata";
}

TEST(OnnxCases, NewestAreWritten) {
  if (newest_cases(all_cases()) == 0)
    GTEST_SKIP() << "no cases of ONNX " << newest_version() << ": run tools/setup/onnx_cases.sh (needs the registry)";
  EXPECT_GE(newest_cases(all_cases()), 1500);
}

TEST(OnnxCases, LeftOutNamesExist) {
  const auto cases = all_cases();
  const bool newest = newest_cases(cases) > 0;
  for (const auto& [name, reason] : left_out()) {
    EXPECT_FALSE(reason.empty());
    if (!newest && is_newest({name, ""})) continue;
    const bool exists =
        std::any_of(cases.begin(), cases.end(), [&wanted = name](const Case& one) { return one.name == wanted; });
    EXPECT_TRUE(exists) << name << " in left_out.txt is no case";
  }
}

TEST(OnnxCases, ComparedOtherwiseNamesExist) {
  const auto cases = all_cases();
  const bool newest = newest_cases(cases) > 0;
  for (const auto& [name, rule] : compared_otherwise()) {
    EXPECT_FALSE(rule.reason.empty()) << name;
    if (!newest && is_newest({name, ""})) continue;
    const bool exists =
        std::any_of(cases.begin(), cases.end(), [&wanted = name](const Case& one) { return one.name == wanted; });
    EXPECT_TRUE(exists) << name << " in compared_otherwise.txt is no case";
  }
}

}  // namespace

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

}  // namespace walle::conformance
