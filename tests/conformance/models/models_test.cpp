#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>

#include <walle/engine/session.h>

#include "libwalle/base/file.h"
#include "libwalle/import/onnx.h"
#include "libwalle/model/format.h"
#include "libwalle/session/model.h"
#include "tests/support/npy.h"
#include "tests/support/reference.h"

namespace walle {
namespace {

using engine::NamedTensor;
using engine::Tensor;

const std::string kOut = WALLE_BINARY_DIR "/tests/models";

std::string cache_folder() {
  if (const char* cache = std::getenv("WALLE_CACHE")) return cache;
  if (const char* cache = std::getenv("XDG_CACHE_HOME")) return std::string(cache) + "/walle";
  const char* home = std::getenv("HOME");
  return std::string(home != nullptr ? home : "/root") + "/.cache/walle";
}

/// Expected outputs, made where they are not there already; "" or the reason why there are none.
const std::string& prepared() {
  static const std::string reason = [] {
    const std::string models = cache_folder() + "/models";
    if (!std::filesystem::exists(models + "/silero_vad.onnx")) return "no models in " + models + " (make setup)";
    const std::string script = WALLE_SOURCE_DIR "/tests/conformance/models/reference.py";
    return testing::run_reference(script + " " + models + " " + kOut) ? std::string()
                                                                      : std::string("ONNX Runtime is not installed");
  }();
  return reason;
}

Tensor tensor_of(const np::Array& array) {
  const np::Array dense = array;
  auto tensor = Tensor::empty(dense.dtype(), std::vector<int64_t>(dense.dims().begin(), dense.dims().end())).value();
  if (tensor.bytes() > 0) std::memcpy(tensor.mutable_data(), dense.raw(), static_cast<size_t>(tensor.bytes()));
  return tensor;
}

/// Files in_0_NAME.npy … in order.
std::vector<NamedTensor> read_all(const std::string& folder, const std::string& kind) {
  std::map<int, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kind + "_")) files[std::atoi(name.c_str() + kind.size() + 1)] = name;
  }
  std::vector<NamedTensor> result;
  for (const auto& [index, file] : files) {
    const size_t start = file.find('_', kind.size() + 1) + 1;
    std::string name = file.substr(start, file.size() - start - 4);
    std::replace(name.begin(), name.end(), '@', '/');
    result.push_back({name, tensor_of(testing::read_npy(folder + "/" + file))});
  }
  return result;
}

/// Largest and mean difference of two f32 tensors, relative to the largest element where that is above 1.
struct Difference {
  double largest = 0, mean = 0;
};
Difference difference(const Tensor& got, const Tensor& want) {
  Difference out;
  double scale = 1;
  for (int64_t i = 0; i < want.count(); ++i) {
    const auto at = static_cast<size_t>(i);
    const auto right = static_cast<double>(want.values<float>()[at]);
    const double own = std::fabs(static_cast<double>(got.values<float>()[at]) - right);
    out.largest = std::max(out.largest, std::isfinite(own) ? own : INFINITY);
    out.mean += own / static_cast<double>(want.count());
    scale = std::max(scale, std::fabs(right));
  }
  return {out.largest / scale, out.mean / scale};
}

/// A model, and how far its outputs may be from ONNX Runtime's. Quantised ones round at many places, ONNX Runtime at
/// others; a value that lies between two steps then falls to either, so their mean is bounded more tightly.
struct Case {
  const char* model;
  double largest = 1e-3;
  double mean = 1e-3;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.model; }

class Models : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    if (!prepared().empty()) GTEST_SKIP() << prepared();
    const std::string name = GetParam().model;
    const std::string written = kOut + "/" + name + ".onnx";
    const std::string packaged = cache_folder() + "/models/" + name + ".onnx";
    const auto bytes = read_file(std::filesystem::exists(written) ? written : packaged, 1U << 30);
    ASSERT_TRUE(bytes) << bytes.error().message;
    auto graph = import::load_onnx(*bytes, "");
    ASSERT_TRUE(graph) << graph.error().message;
    graph_ = *std::move(graph);
    for (const auto& entry : std::filesystem::directory_iterator(kOut + "/" + name)) cases_.push_back(entry.path());
    std::sort(cases_.begin(), cases_.end());
    ASSERT_FALSE(cases_.empty());
  }

  static bool is_small(const std::string& path) { return path.ends_with("small"); }

  static std::unique_ptr<engine::Session> session_of(std::shared_ptr<const engine::Model> model,
                                                     const engine::SessionOptions& options) {
    auto session = engine::Session::create(std::move(model), options);
    EXPECT_TRUE(session) << session.error().message;
    return session ? *std::move(session) : nullptr;
  }

  /// Through one session: plans for several shapes live in it side by side.
  void check(const engine::SessionOptions& options, bool small) {
    const auto model = session::model_from_graph(std::move(graph_));
    ASSERT_TRUE(model) << model.error().message;
    const auto session = session_of(*model, options);
    ASSERT_NE(session, nullptr);
    for (const std::string& one : cases_) {
      if (small && !is_small(one)) continue;
      const auto outputs = session->run(read_all(one, "in"));
      ASSERT_TRUE(outputs) << one << ": " << outputs.error().message;
      compare(one, *outputs);
    }
  }

  static void compare(const std::string& one, const std::vector<Tensor>& outputs) {
    const auto wanted = read_all(one, "out");
    ASSERT_EQ(outputs.size(), wanted.size());
    for (size_t i = 0; i < wanted.size(); ++i) {
      ASSERT_EQ(outputs[i].dims(), wanted[i].tensor.dims()) << one << " " << wanted[i].name;
      const Difference found = difference(outputs[i], wanted[i].tensor);
      EXPECT_LE(found.largest, GetParam().largest) << one << " " << wanted[i].name;
      EXPECT_LE(found.mean, GetParam().mean) << one << " " << wanted[i].name;
      std::printf("%s %s: largest difference %.2g, mean %.2g\n", one.c_str() + kOut.size() + 1, wanted[i].name.c_str(),
                  found.largest, found.mean);
    }
  }

  graph::Graph graph_;
  std::vector<std::string> cases_;
};

TEST_P(Models, GivesOnnxRuntimesOutputs) { check({.threads = 2}, false); }

TEST_P(Models, GivesThemOnRef) { check({.backend = "ref"}, true); }

TEST_P(Models, GivesThemWithoutFusionAndMerging) { check({.fuse = false, .merge_rasters = false}, true); }

/// The same model from a .walle file gives the same bits.
TEST_P(Models, IsUnchangedByConversion) {
  const auto bytes = model::write_model(graph_);
  ASSERT_TRUE(bytes) << bytes.error().message;
  const auto converted = engine::Model::from_bytes(*bytes);
  ASSERT_TRUE(converted) << converted.error().message;
  const auto source = session::model_from_graph(std::move(graph_));
  ASSERT_TRUE(source) << source.error().message;
  const auto a = session_of(*source, {});
  const auto b = session_of(*converted, {});
  for (const std::string& one : cases_) {
    if (!is_small(one)) continue;
    const auto inputs = read_all(one, "in");
    const auto left = a->run(inputs);
    const auto right = b->run(inputs);
    ASSERT_TRUE(left && right) << one;
    for (size_t i = 0; i < left->size(); ++i)
      EXPECT_EQ(std::memcmp((*left)[i].data(), (*right)[i].data(), static_cast<size_t>((*left)[i].bytes())), 0) << one;
  }
}

constexpr Case kCases[] = {{"ppocr_det"},
                           {"ppocr_rec"},
                           {"ppocr_cls"},
                           {"silero_vad"},
                           {"mobilenet_v2"},
                           {"mobilenet_v3_small"},
                           {"resnet18"},
                           {"resnet50"},
                           {"squeezenet"},
                           {"shufflenet_v2"},
                           {"efficientnet_b0"},
                           {"minilm"},
                           {"bert"},
                           {"vit_tiny"},
                           {"whisper_encoder"},
                           {"din"},
                           {"decoder"},
                           {"decoder_int8"},
                           {"decoder_int4"},
                           {"decoder_n_bits"},
                           {"integers", 0, 0},
                           {"mobilenet_v2_qdq", 0.1, 0.02},
                           {"mobilenet_v3_qdq_s8", 0.1, 0.02},
                           {"resnet18_qdq_u8_weights", 0.1, 0.02},
                           {"resnet18_qoperator", 0.1, 0.02},
                           {"squeezenet_qoperator_s8", 0.1, 0.02},
                           {"shufflenet_qdq", 0.1, 0.02},
                           {"resnet18_dynamic", 0.1, 0.02},
                           {"minilm_dynamic", 0.1, 0.02}};

INSTANTIATE_TEST_SUITE_P(All, Models, ::testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string(info.param.model); });

}  // namespace
}  // namespace walle
