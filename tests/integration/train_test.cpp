// walle-model train on scikit-learn's digits: examples/train in few epochs.
#include <gtest/gtest.h>

#include <cstdlib>

#include "libwalle/base/file.h"
#include "libwalle/base/value.h"
#include "tests/support/reference.h"
#include "tests/support/temporary_folder.h"

namespace walle {
namespace {

class TrainDigits : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string make = "\"" WALLE_SOURCE_DIR "/examples/train/digits.py\" \"$(\"" WALLE_SOURCE_DIR
                             "/tools/setup/digits.sh\" 2> /dev/null)\" " +
                             folder_.path();
    if (!testing::run_reference(make))
      GTEST_SKIP() << "the digits or the reference environment cannot be had (tools/setup/digits.sh says why)";
  }

  /// Runs `walle-model train` with these options; what it prints as JSON.
  Value train(const std::string& options) {
    const std::string command = WALLE_BINARY_DIR "/bin/walle-model train " + (folder_ / "digits.onnx") + " --data " +
                                (folder_ / "train.npz") + " --test " + (folder_ / "test.npz") + " -o " +
                                (folder_ / "out.walle") + " --json " + options + " > " + (folder_ / "out.json");
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return parse_json(read_text(folder_ / "out.json").value_or("{}")).value_or(Value());
  }

  /// Of the report's test samples; 0 if there is no report.
  static double accuracy(const Value& report) {
    return report.contains("test") ? report["test"].value("accuracy", 0.0) : 0;
  }

  support::TemporaryFolder folder_;
};

TEST_F(TrainDigits, AdamLearnsThemInFewEpochs) {
  const Value report = train("--optimizer adam --learning-rate 0.003 --epochs 5");
  EXPECT_GE(accuracy(report), 0.95) << report;
}

TEST_F(TrainDigits, SgdLearnsThemInFewEpochs) {
  const Value report = train("--optimizer sgd --learning-rate 0.03 --epochs 5");
  EXPECT_GE(accuracy(report), 0.95) << report;
}

TEST_F(TrainDigits, TheHeadAloneLearnsOnFrozenFeatures) {
  const Value report = train("--trainable ^head --epochs 2");
  EXPECT_GT(accuracy(report), 0.5) << report;
}

}  // namespace
}  // namespace walle
