#include <gtest/gtest.h>

#include <filesystem>

#include "tests/conformance/onnx/cases.h"
#include "tests/support/reference.h"

namespace walle::conformance {
namespace {

/// Models of old opsets, run by ONNX Runtime: opsets.py writes them in the form of ONNX's own cases.
std::vector<Case> opset_cases() {
  const std::string folder = WALLE_BINARY_DIR "/tests/opsets";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const std::string script = WALLE_SOURCE_DIR "/tests/conformance/onnx/opsets.py ";
  if (!testing::run_reference(script + folder + " 2>/dev/null")) return {};
  std::vector<Case> cases;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    cases.push_back({entry.path().filename().string(), entry.path().string()});
  return cases;
}

TEST(OnnxOpsets, MeanWhatTheyMeantWhenTheyWereNew) {
  const auto cases = opset_cases();
  if (cases.empty()) GTEST_SKIP() << "ONNX Runtime is not installed (tools/setup/reference.sh)";
  EXPECT_GE(cases.size(), 400U);
  for (const Case& one : cases) {
    for (const char* backend : {"ref", "cpu"}) {
      const Status status = run_case(one, backend);
      EXPECT_TRUE(status.has_value()) << one.name << " on " << backend << ": " << status.error().message;
    }
  }
}

}  // namespace
}  // namespace walle::conformance
