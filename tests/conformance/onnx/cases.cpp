#include "tests/conformance/onnx/cases.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <onnx/onnx-data_pb.h>
#include <onnx/onnx_pb.h>

#include "libwalle/base/file.h"
#include "libwalle/import/onnx_tensor.h"
#include "libwalle/import/onnx_type.h"
#include "libwalle/ops/rules/types.h"
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
    const bool own = node.domain().empty() || node.domain() == "ai.onnx";
    names.insert(own ? node.op_type() : node.domain() + "." + node.op_type());
    for (const auto& attribute : node.attribute()) {
      if (attribute.has_g()) collect(attribute.g(), names);
    }
  }
}

template <class Proto>
Result<Proto> parsed(std::span<const uint8_t> bytes, const std::string& path) {
  Proto proto;
  if (proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return proto;
  return fail(ErrorCode::data_loss, path + " is damaged");
}

Result<engine::AnyValue> sequence_of(const onnx::SequenceProto& proto, DType element) {
  std::vector<engine::Tensor> elements;
  for (const auto& tensor : proto.tensor_values()) elements.push_back(WALLE_TRY(import::TensorReader("").read(tensor)));
  return engine::AnyValue::sequence(elements.empty() ? element : elements[0].dtype(), std::move(elements));
}

/// A value as it stands in a file; how it is written follows from the type that the model gives it.
Result<engine::AnyValue> value_of(const std::string& path, const onnx::TypeProto& type) {
  const auto bytes = WALLE_TRY(read_file(path, 256U << 20));
  const bool untyped = type.value_case() == onnx::TypeProto::VALUE_NOT_SET;  // an output whose type is left to infer
  const auto declared = untyped ? import::DeclaredType{} : WALLE_TRY(import::declared_type(type));
  const DType element = ops::rules::dtype_of_onnx(declared.element).value_or(DType::f32);
  using Kind = engine::ValueKind;
  if (declared.kind == Kind::tensor)
    return engine::AnyValue(
        WALLE_TRY(import::TensorReader("").read(WALLE_TRY(parsed<onnx::TensorProto>(bytes, path)))));
  if (declared.kind == Kind::sequence) return sequence_of(WALLE_TRY(parsed<onnx::SequenceProto>(bytes, path)), element);
  const auto optional = WALLE_TRY(parsed<onnx::OptionalProto>(bytes, path));
  if (optional.has_tensor_value())
    return engine::AnyValue(WALLE_TRY(import::TensorReader("").read(optional.tensor_value())));
  if (optional.has_sequence_value()) return sequence_of(optional.sequence_value(), element);
  return engine::AnyValue();
}

/// input_0.pb, input_1.pb … as long as they exist.
Result<std::vector<engine::AnyValue>> values_of(const std::string& prefix,
                                                const google::protobuf::RepeatedPtrField<onnx::ValueInfoProto>& ports) {
  std::vector<engine::AnyValue> result;
  for (const auto& port : ports) {
    const std::string path = prefix + std::to_string(result.size()) + ".pb";
    if (!std::filesystem::exists(path)) break;
    result.push_back(WALLE_TRY(value_of(path, port.type())));
  }
  return result;
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

const std::map<std::string, Otherwise>& compared_otherwise() {
  static const auto rules = [] {
    std::map<std::string, Otherwise> result;
    std::ifstream file(WALLE_SOURCE_DIR "/tests/conformance/onnx/compared_otherwise.txt");
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line);
      std::string name, how;
      Otherwise rule;
      if (line.starts_with('#') || !(words >> name >> how)) continue;
      rule.in_range = how == "between";
      rule.in_range ? words >> rule.low >> rule.high : words >> rule.absolute;
      std::getline(words >> std::ws, rule.reason);
      result[name] = rule;
    }
    return result;
  }();
  return rules;
}

Result<std::vector<Data>> data_of(const Case& one) {
  const auto bytes = WALLE_TRY(read_file(one.folder + "/model.onnx", 256U << 20));
  const auto model = WALLE_TRY(parsed<onnx::ModelProto>(bytes, one.folder));
  std::vector<Data> sets;
  for (int i = 0;; ++i) {
    const std::string folder = one.folder + "/test_data_set_" + std::to_string(i);
    if (!std::filesystem::exists(folder)) return sets;
    Data data;
    data.inputs = WALLE_TRY(values_of(folder + "/input_", model.graph().input()));
    data.outputs = WALLE_TRY(values_of(folder + "/output_", model.graph().output()));
    sets.push_back(std::move(data));
  }
}

}  // namespace walle::conformance
