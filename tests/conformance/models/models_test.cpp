#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>

#include <walle/engine/session.h>

#include "libwalle/import/onnx.h"
#include "libwalle/session/model.h"
#include "tests/support/cache.h"
#include "tests/support/npy.h"
#include "tests/support/reference.h"

namespace walle {
namespace {

using engine::NamedTensor;
using engine::Tensor;

const std::string kOut = WALLE_BINARY_DIR "/tests/models";

/// Expected outputs, made once per run of the program; "" or the reason why there are none.
const std::string& prepared() {
  static const std::string reason = [] {
    const std::string models = testing::cache_folder() + "/models";
    if (!std::filesystem::exists(models + "/silero_vad.onnx")) return "no models in " + models + " (make setup)";
    std::filesystem::create_directories(kOut);
    const std::string script = WALLE_SOURCE_DIR "/tests/conformance/models/reference.py";
    return testing::run_reference(script + " " + models + " " + kOut) ? std::string()
                                                                      : std::string("ONNX Runtime is not installed");
  }();
  return reason;
}

Tensor tensor_of(const np::Array& array) {
  const np::Array dense = array;
  auto tensor = Tensor::empty(dense.dtype(), std::vector<int64_t>(dense.dims().begin(), dense.dims().end())).value();
  std::memcpy(tensor.mutable_data(), dense.raw(), static_cast<size_t>(tensor.bytes()));
  return tensor;
}

/// Files in_0_NAME.npy … in order.
std::vector<NamedTensor> read_all(const std::string& folder, const std::string& kind) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kind + "_")) files.push_back(name);
  }
  std::sort(files.begin(), files.end());
  std::vector<NamedTensor> result;
  for (const std::string& file : files) {
    std::string name = file.substr(kind.size() + 3, file.size() - kind.size() - 7);
    std::replace(name.begin(), name.end(), '@', '/');
    result.push_back({name, tensor_of(testing::read_npy(folder + "/" + file))});
  }
  return result;
}

/// The largest difference of two f32 tensors, relative to the largest element where that is above 1.
double difference(const Tensor& got, const Tensor& want) {
  double worst = 0;
  double scale = 1;
  for (int64_t i = 0; i < want.count(); ++i) {
    const auto at = static_cast<size_t>(i);
    const double right = static_cast<double>(want.values<float>()[at]);
    worst = std::max(worst, std::fabs(static_cast<double>(got.values<float>()[at]) - right));
    scale = std::max(scale, std::fabs(right));
  }
  return worst / scale;
}

std::shared_ptr<const engine::Model> model_of(const std::string& path) {
  const auto bytes = read_file(path, 1U << 30);
  if (!bytes) return nullptr;
  auto graph = import::load_onnx(*bytes, "");
  EXPECT_TRUE(graph.has_value()) << graph.error().message;
  if (!graph) return nullptr;
  auto model = session::model_from_graph(*std::move(graph));
  EXPECT_TRUE(model.has_value()) << model.error().message;
  return model.value_or(nullptr);
}

/// Every case of a model through one session: plans for several shapes live in it side by side.
void check(const std::string& name, const std::string& backend, const std::string& only = "") {
  if (!prepared().empty()) GTEST_SKIP() << prepared();
  const std::string folder = name == "mobilenet_v2" ? kOut : testing::cache_folder() + "/models";
  const auto model = model_of(folder + "/" + name + ".onnx");
  ASSERT_NE(model, nullptr);
  const auto session = engine::Session::create(model, {.threads = 2, .backend = backend});
  ASSERT_TRUE(session.has_value()) << session.error().message;
  std::vector<std::string> cases;
  for (const auto& entry : std::filesystem::directory_iterator(kOut + "/" + name)) {
    if (only.empty() || entry.path().filename() == only) cases.push_back(entry.path().string());
  }
  std::sort(cases.begin(), cases.end());
  ASSERT_FALSE(cases.empty());
  for (const std::string& one : cases) {
    const auto outputs = (*session)->run(read_all(one, "in"));
    ASSERT_TRUE(outputs.has_value()) << one << ": " << outputs.error().message;
    const auto wanted = read_all(one, "out");
    ASSERT_EQ(outputs->size(), wanted.size());
    for (size_t i = 0; i < wanted.size(); ++i) {
      ASSERT_EQ((*outputs)[i].dims(), wanted[i].tensor.dims()) << one << " " << wanted[i].name;
      const double worst = difference((*outputs)[i], wanted[i].tensor);
      EXPECT_LT(worst, 1e-3) << one << " " << wanted[i].name;
      std::printf("%s %s: largest difference %.2g\n", one.c_str() + kOut.size() + 1, wanted[i].name.c_str(), worst);
    }
  }
}

TEST(Models, PpocrDetectionGivesOnnxRuntimesMap) { check("ppocr_det", ""); }
TEST(Models, PpocrDetectionOnRef) { check("ppocr_det", "ref", "64x96"); }
TEST(Models, PpocrRecognitionGivesOnnxRuntimesScores) { check("ppocr_rec", ""); }
TEST(Models, PpocrDirectionGivesOnnxRuntimesScores) { check("ppocr_cls", ""); }
TEST(Models, PpocrDirectionOnRef) { check("ppocr_cls", "ref", "48x192"); }
TEST(Models, SileroVadGivesOnnxRuntimesProbabilitiesAndState) { check("silero_vad", ""); }
TEST(Models, SileroVadOnRef) { check("silero_vad", "ref"); }
TEST(Models, MobileNetV2GivesOnnxRuntimesLogits) { check("mobilenet_v2", ""); }

}  // namespace
}  // namespace walle
