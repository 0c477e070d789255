#include <gtest/gtest.h>

#include <filesystem>

#include "tests/conformance/onnx/cases.h"
#include "tests/support/reference.h"

namespace walle::conformance {
namespace {

/// Models run by ONNX Runtime: the script NAME.py writes them in the form of ONNX's own cases.
std::vector<Case> written_by(const std::string& name) {
  const std::string folder = WALLE_BINARY_DIR "/tests/" + name;
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const std::string script = WALLE_SOURCE_DIR "/tests/conformance/onnx/" + name + ".py ";
  if (!testing::run_reference(script + folder + " 2>/dev/null")) return {};
  std::vector<Case> cases;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    cases.push_back({entry.path().filename().string(), entry.path().string()});
  return cases;
}

void run_on_both(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    for (const char* backend : {"ref", "cpu"}) {
      const Status status = run_case(one, backend);
      EXPECT_TRUE(status.has_value()) << one.name << " on " << backend << ": " << status.error().message;
    }
  }
}

TEST(OnnxOpsets, MeanWhatTheyMeantWhenTheyWereNew) {
  const auto cases = written_by("opsets");
  if (cases.empty()) GTEST_SKIP() << "ONNX Runtime is not installed (tools/setup/reference.sh)";
  EXPECT_GE(cases.size(), 400U);
  run_on_both(cases);
}

TEST(ClassicalModels, GiveWhatOnnxRuntimeGives) {
  const auto cases = written_by("classical");
  if (cases.empty()) GTEST_SKIP() << "ONNX Runtime is not installed (tools/setup/reference.sh)";
  EXPECT_GE(cases.size(), 200U);
  run_on_both(cases);
}

}  // namespace
}  // namespace walle::conformance
