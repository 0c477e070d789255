#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <map>

#include <walle/engine/session.h>

#include "libwalle/import/tflite.h"
#include "libwalle/session/model.h"
#include "tests/support/cache.h"
#include "tests/support/npy.h"
#include "tests/support/reference.h"

namespace walle {
namespace {

using engine::NamedTensor;
using engine::Tensor;

const std::string kOut = WALLE_BINARY_DIR "/tests/tflite";

/// Makes cases and LiteRT's outputs, once per run of the program; "" or the reason why there are none.
const std::string& prepared() {
  static const std::string reason = [] {
    const std::string script = WALLE_SOURCE_DIR "/tests/conformance/tflite/reference.py ";
    const bool made = testing::run_reference(script + kOut + " " + testing::cache_folder() + "/models", "tflite");
    return std::string(made ? "" : "LiteRT is not installed (tools/setup/reference.sh tflite)");
  }();
  return reason;
}

Tensor tensor_of(const np::Array& array) {
  auto tensor = Tensor::empty(array.dtype(), std::vector<int64_t>(array.dims().begin(), array.dims().end())).value();
  std::memcpy(tensor.mutable_data(), array.raw(), static_cast<size_t>(tensor.bytes()));
  return tensor;
}

/// Files KIND_00_NAME.npy or KIND_00.npy in order.
std::vector<NamedTensor> read_all(const std::string& folder, const std::string& kind) {
  std::map<std::string, NamedTensor> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string file = entry.path().stem().string();
    if (!file.starts_with(kind + "_")) continue;
    std::string name = file.size() > kind.size() + 4 ? file.substr(kind.size() + 4) : std::string();
    std::replace(name.begin(), name.end(), '@', '/');
    found[file] = {name, tensor_of(testing::read_npy(entry.path().string()))};
  }
  std::vector<NamedTensor> result;
  for (auto& [file, tensor] : found) result.push_back(std::move(tensor));
  return result;
}

template <class T>
double largest_difference(const Tensor& got, const Tensor& want) {
  double worst = 0;
  for (size_t i = 0; i < static_cast<size_t>(want.count()); ++i) {
    const auto a = static_cast<double>(got.values<T>()[i]);
    const auto b = static_cast<double>(want.values<T>()[i]);
    worst = std::max(worst, a == b ? 0 : std::isnan(a) != std::isnan(b) ? INFINITY : std::fabs(a - b));
  }
  return worst;
}

double largest(const Tensor& tensor) {
  double result = 0;
  for (const float value : tensor.values<float>()) result = std::max(result, std::fabs(static_cast<double>(value)));
  return result;
}

/// "" if `got` is what LiteRT made, else what differs. relative: of floats, to the largest value.
std::string compare(const Tensor& got, const Tensor& want, double relative) {
  if (got.dtype() != want.dtype() || got.dims() != want.dims())
    return "is " + engine::describe(got.dtype(), got.dims()) + ", not " + engine::describe(want.dtype(), want.dims());
  double difference = 0;
  double allowed = 0;
  if (want.dtype() == DType::f32) {
    difference = largest_difference<float>(got, want);
    allowed = 1e-5 + relative * largest(want);
  } else if (want.dtype() == DType::i8 || want.dtype() == DType::u8 || want.dtype() == DType::i16) {
    difference = want.dtype() == DType::i8   ? largest_difference<int8_t>(got, want)
                 : want.dtype() == DType::u8 ? largest_difference<uint8_t>(got, want)
                                             : largest_difference<int16_t>(got, want);
    allowed = 1;
  } else {
    difference = std::memcmp(got.data(), want.data(), static_cast<size_t>(want.bytes()));
  }
  return difference <= allowed ? "" : "differs by " + std::to_string(difference);
}

/// Inputs that have no file are states at their beginning.
std::vector<NamedTensor> with_states(const engine::Model& model, std::vector<NamedTensor> inputs) {
  for (const engine::Port& port : model.inputs()) {
    const auto given = std::any_of(inputs.begin(), inputs.end(), [&](const auto& t) { return t.name == port.name; });
    if (!given) inputs.push_back({port.name, Tensor::zeros(port.dtype, port.dims).value()});
  }
  return inputs;
}

/// Runs a case; "" or why it failed.
std::string run_case(const std::string& folder, const std::string& backend, double relative) {
  auto graph = import::load_tflite(read_file(folder + "/model.tflite", 1U << 30).value());
  if (!graph) return graph.error().message;
  const auto model = session::model_from_graph(*std::move(graph));
  if (!model) return model.error().message;
  const auto session = engine::Session::create(*model, {.threads = 1, .backend = backend});
  if (!session) return session.error().message;
  const auto outputs = (*session)->run(with_states(**model, read_all(folder, "in")));
  if (!outputs) return outputs.error().message;
  const auto wanted = read_all(folder, "out");
  if (outputs->size() < wanted.size()) return "has too few outputs";
  for (size_t i = 0; i < wanted.size(); ++i) {
    const std::string problem = compare((*outputs)[i], wanted[i].tensor, relative);
    if (!problem.empty()) return "output " + std::to_string(i) + " " + problem;
  }
  return "";
}

void run_all(const std::string& kind, const std::string& backend, double relative) {
  if (!prepared().empty()) GTEST_SKIP() << prepared();
  int count = 0;
  std::vector<std::string> folders;
  if (std::filesystem::exists(kOut + "/" + kind)) {
    for (const auto& entry : std::filesystem::directory_iterator(kOut + "/" + kind)) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  for (const std::string& folder : folders) {
    const std::string name = std::filesystem::path(folder).filename();
    // LiteRT rounds activations to 8 bits before it multiplies them with 8-bit weights.
    const double bound = name.starts_with("hybrid_") ? 0.02 : relative;
    EXPECT_EQ(run_case(folder, backend, bound), "") << name;
    ++count;
  }
  std::printf("%d of %s\n", count, kind.c_str());
  if (count == 0) GTEST_SKIP() << "there are no " << kind << " (make setup)";
}

TEST(Tflite, OperatorsGiveLiteRtsResultsOnRef) { run_all("cases", "ref", 1e-4); }
TEST(Tflite, OperatorsGiveLiteRtsResults) { run_all("cases", "", 1e-4); }
TEST(Tflite, ModelsGiveLiteRtsResults) { run_all("models", "", 1e-3); }

}  // namespace
}  // namespace walle
