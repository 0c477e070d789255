#include "libwalle/import/onnx.h"

#include <google/protobuf/io/coded_stream.h>

#include <limits>

#include "libwalle/import/onnx_function.h"
#include "libwalle/import/onnx_graph.h"
#include "libwalle/import/onnx_order.h"
#include "libwalle/ops/table.h"

namespace walle::import {
namespace {

constexpr int64_t kNewestOpset = 28;
/// Messages inside one another: a block is three deep.
constexpr int kRecursionLimit = 100;

Status parse(std::span<const uint8_t> bytes, onnx::ModelProto& model) {
  if (bytes.size() > static_cast<size_t>(std::numeric_limits<int>::max()))
    return fail(ErrorCode::resource_exhausted, "an ONNX file has at most 2 GiB; put weights into external data");
  google::protobuf::io::CodedInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
  stream.SetRecursionLimit(kRecursionLimit);
  if (!model.ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage() || !model.has_graph())
    return fail(ErrorCode::data_loss, "this is no ONNX model, or it is damaged");
  return {};
}

Result<std::map<std::string, int>> opsets_of(const onnx::ModelProto& model) {
  std::map<std::string, int> result;
  for (const auto& opset : model.opset_import()) {
    const std::string domain = opset.domain() == "ai.onnx" ? "" : opset.domain();
    const bool newer = domain.empty() && opset.version() > kNewestOpset;
    if (opset.version() < 1 || opset.version() > std::numeric_limits<int>::max() || newer) {
      return fail(ErrorCode::unsupported, "opset " + std::to_string(opset.version()) + " of domain '" + domain +
                                              "'; this build reads up to " + std::to_string(kNewestOpset));
    }
    result[domain] = static_cast<int>(opset.version());
  }
  if (result.empty()) result[""] = 1;  // before opsets there was version 1
  return result;
}

/// "ONNX, opset 17, com.microsoft 1, by pytorch 2.1" for people.
std::string source_of(const onnx::ModelProto& model) {
  std::string text = "ONNX";
  for (const auto& opset : model.opset_import()) {
    const bool standard = opset.domain().empty() || opset.domain() == "ai.onnx";
    text += ", " + (standard ? "opset" : opset.domain()) + " " + std::to_string(opset.version());
  }
  if (!model.producer_name().empty()) text += ", by " + model.producer_name();
  if (!model.producer_version().empty()) text += " " + model.producer_version();
  return text;
}

}  // namespace

Result<graph::Graph> load_onnx(std::span<const uint8_t> bytes, const std::string& folder) {
  onnx::ModelProto model;
  WALLE_TRY(parse(bytes, model));
  WALLE_TRY(expand_functions(model));
  const graph::OpTable table(ops::op_table());
  auto opsets = WALLE_TRY(opsets_of(model));
  ModelContext context{.table = table,
                       .tensors = TensorReader(folder),
                       .opsets = std::move(opsets),
                       .symbols = {},
                       .nodes_left = kMaxNodes};
  GraphImport import(context, nullptr, 0);
  WALLE_TRY(import.run(model.graph(), {}));
  graph::Graph graph = import.take();
  for (const auto& entry : model.metadata_props()) graph.metadata[entry.key()] = entry.value();
  graph.metadata.insert_or_assign(kSourceKey, source_of(model));
  WALLE_TRY(graph::verify(graph));
  return graph;
}

}  // namespace walle::import
