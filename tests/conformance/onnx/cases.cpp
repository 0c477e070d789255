#include "tests/conformance/onnx/cases.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <onnx/onnx_pb.h>

#include "libwalle/base/file.h"
#include "libwalle/import/onnx_tensor.h"
#include "tests/support/cache.h"

namespace walle::conformance {
namespace {

constexpr const char* kDebian = "/usr/share/libonnx-testdata/data";
constexpr const char* kPins = WALLE_SOURCE_DIR "/tools/setup/onnx_cases.txt";
constexpr std::string_view kNewest = "newest/";
constexpr const char* kGroups[] = {"node", "simple", "pytorch-converted", "pytorch-operator", "newest"};

/// The folder that holds a group's cases; it need not exist.
std::string folder_of(const std::string& group) {
  const std::string root =
      group + "/" == kNewest ? testing::cache_folder() + "/onnx-cases-" + newest_version() : kDebian;
  return root + "/" + group;
}

void collect(const onnx::GraphProto& graph, std::set<std::string>& names) {
  for (const auto& node : graph.node()) {
    names.insert(node.op_type());
    for (const auto& attribute : node.attribute()) {
      if (attribute.has_g()) collect(attribute.g(), names);
    }
  }
}

/// input_0.pb, input_1.pb … as long as they exist.
Result<std::vector<engine::Tensor>> tensors_of(const std::string& prefix) {
  std::vector<engine::Tensor> result;
  for (int i = 0;; ++i) {
    const std::string path = prefix + std::to_string(i) + ".pb";
    if (!std::filesystem::exists(path)) return result;
    const auto bytes = WALLE_TRY(read_file(path, 256U << 20));
    onnx::TensorProto proto;
    if (!proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
      return fail(ErrorCode::data_loss, path + " is no tensor");
    result.push_back(WALLE_TRY(import::TensorReader("").read(proto)));
  }
}

}  // namespace

std::string newest_version() {
  constexpr std::string_view kPin = "onnx==";
  std::ifstream file(kPins);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(kPin)) return line.substr(kPin.size(), line.find(' ') - kPin.size());
  }
  return "";
}

bool is_newest(const Case& one) { return one.name.starts_with(kNewest); }

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const char* group : kGroups) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder_of(group), error)) {
      cases.push_back({std::string(group) + "/" + entry.path().filename().string(), entry.path().string()});
    }
  }
  std::sort(cases.begin(), cases.end(), [](const Case& a, const Case& b) { return a.name < b.name; });
  return cases;
}

std::set<std::string> operators_of(const Case& one) {
  std::set<std::string> names;
  const auto bytes = read_file(one.folder + "/model.onnx", 256U << 20);
  onnx::ModelProto model;
  if (bytes && model.ParseFromArray(bytes->data(), static_cast<int>(bytes->size()))) collect(model.graph(), names);
  return names;
}

std::map<std::string, std::string> left_out() {
  std::map<std::string, std::string> result;
  std::ifstream file(WALLE_SOURCE_DIR "/tests/conformance/onnx/left_out.txt");
  for (std::string line; std::getline(file, line);) {
    const size_t space = line.find(' ');
    if (line.empty() || line[0] == '#' || space == std::string::npos) continue;
    result[line.substr(0, space)] = line.substr(space + 1);
  }
  return result;
}

Result<std::vector<Data>> data_of(const Case& one) {
  std::vector<Data> sets;
  for (int i = 0;; ++i) {
    const std::string folder = one.folder + "/test_data_set_" + std::to_string(i);
    if (!std::filesystem::exists(folder)) return sets;
    Data data;
    data.inputs = WALLE_TRY(tensors_of(folder + "/input_"));
    data.outputs = WALLE_TRY(tensors_of(folder + "/output_"));
    sets.push_back(std::move(data));
  }
}

}  // namespace walle::conformance
