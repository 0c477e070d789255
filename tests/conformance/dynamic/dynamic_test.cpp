#include <gtest/gtest.h>

#include <cmath>

#include "libwalle/base/file.h"
#include "libwalle/import/onnx.h"
#include "libwalle/session/model.h"
#include "tests/support/engine/saved_case.h"
#include "tests/support/reference.h"

namespace walle {
namespace {

using engine::Tensor;

const std::string kOut = WALLE_BINARY_DIR "/tests/dynamic";

bool prepared() {
  static const bool done = [] {
    std::filesystem::create_directories(kOut);
    return testing::run_reference(WALLE_SOURCE_DIR "/tests/conformance/dynamic/models.py " + kOut);
  }();
  return done;
}

void expect_equal(const Tensor& got, const Tensor& want, const std::string& where) {
  ASSERT_EQ(got.dtype(), want.dtype()) << where;
  ASSERT_EQ(got.dims(), want.dims()) << where;
  for (size_t i = 0; i < static_cast<size_t>(want.count()); ++i) {
    if (want.dtype() == DType::i64) {
      ASSERT_EQ(got.values<int64_t>()[i], want.values<int64_t>()[i]) << where << " element " << i;
    } else {
      ASSERT_NEAR(got.values<float>()[i], want.values<float>()[i], 1e-4F) << where << " element " << i;
    }
  }
}

/// Every case of a model through one session, twice, so that stages are found again.
void check(const std::string& name, const std::string& backend) {
  if (!prepared()) GTEST_SKIP() << "ONNX Runtime is not installed";
  const auto bytes = read_file(kOut + "/" + name + ".onnx", 1U << 30);
  ASSERT_TRUE(bytes.has_value());
  auto graph = import::load_onnx(*bytes, "");
  ASSERT_TRUE(graph.has_value()) << graph.error().message;
  const auto model = session::model_from_graph(*std::move(graph));
  ASSERT_TRUE(model.has_value()) << model.error().message;
  const auto session = engine::Session::create(*model, {.threads = 2, .backend = backend});
  ASSERT_TRUE(session.has_value()) << session.error().message;
  int cases = 0;
  for (int turn = 0; turn < 2; ++turn) {
    for (const auto& entry : std::filesystem::directory_iterator(kOut + "/" + name)) {
      const std::string folder = entry.path().string();
      const auto outputs = (*session)->run(testing::saved_tensors(folder, "in"));
      ASSERT_TRUE(outputs.has_value()) << folder << ": " << outputs.error().message;
      const auto wanted = testing::saved_tensors(folder, "out");
      ASSERT_EQ(outputs->size(), wanted.size());
      for (size_t i = 0; i < wanted.size(); ++i)
        expect_equal((*outputs)[i], wanted[i].tensor, folder + " " + wanted[i].name);
      ++cases;
    }
  }
  EXPECT_GE(cases, 4);
}

class Dynamic : public ::testing::TestWithParam<std::tuple<std::string, std::string>> {};

TEST_P(Dynamic, GivesOnnxRuntimesOutputs) { check(std::get<0>(GetParam()), std::get<1>(GetParam())); }

INSTANTIATE_TEST_SUITE_P(Models, Dynamic,
                         ::testing::Combine(::testing::Values("detector", "ssd", "decoder", "sequences", "unique",
                                                              "nested", "scan", "branches", "trips", "until", "shapes",
                                                              "fills", "windows", "map"),
                                            ::testing::Values("ref", "cpu")),
                         [](const auto& info) { return std::get<0>(info.param) + "_" + std::get<1>(info.param); });

}  // namespace
}  // namespace walle
