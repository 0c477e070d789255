#pragma once

#include <string>
#include <vector>

#include "libwalle/import/tflite.h"
#include "libwalle/import/tflite/rules/schema_generated.h"

namespace walle::import::testing {

namespace schema = tflite::schema;

/// A TensorFlow Lite model under construction, from the wire up: what no converter would write can be written.
struct TfliteFile {
  struct Tensor {
    std::string name;
    std::vector<int32_t> shape;
    schema::TensorType type = schema::TensorType::FLOAT32;
    uint32_t buffer = 0;
    std::vector<float> scale;
    std::vector<int64_t> zero;
  };
  struct Op {
    schema::BuiltinOperator code{};
    std::vector<int32_t> inputs, outputs;
    schema::BuiltinOptions type = schema::BuiltinOptions::NONE;
    std::vector<int32_t> numbers;  ///< the options' table as its first 32-bit fields
  };
  struct Sub {
    std::vector<Tensor> tensors;
    std::vector<int32_t> inputs, outputs;
    std::vector<Op> operators;
  };

  [[nodiscard]] std::vector<uint8_t> bytes() const {
    flatbuffers::FlatBufferBuilder b;
    std::vector<flatbuffers::Offset<schema::SubGraph>> subgraphs;
    std::vector<flatbuffers::Offset<schema::OperatorCode>> codes;
    for (const Sub& sub : subs) subgraphs.push_back(subgraph(b, sub, codes));
    std::vector<flatbuffers::Offset<schema::Buffer>> made;
    for (const auto& buffer : buffers) made.push_back(schema::CreateBufferDirect(b, &buffer, offset, buffer.size()));
    const auto model = schema::CreateModelDirect(b, version, &codes, &subgraphs, "a test", &made);
    schema::FinishModelBuffer(b, model);
    return {b.GetBufferPointer(), b.GetBufferPointer() + b.GetSize()};
  }

  [[nodiscard]] Result<graph::Graph> load() const { return load_tflite(bytes()); }
  [[nodiscard]] std::string error() const {
    const auto loaded = load();
    return loaded ? "" : loaded.error().message;
  }

  Sub& main() { return subs[0]; }

  uint32_t version = 3;
  uint64_t offset = 0;  ///< of every buffer
  std::vector<Sub> subs = std::vector<Sub>(1);
  std::vector<std::vector<uint8_t>> buffers = std::vector<std::vector<uint8_t>>(1);

 private:
  static flatbuffers::Offset<void> options(flatbuffers::FlatBufferBuilder& b, const Op& op) {
    if (op.type == schema::BuiltinOptions::NONE) return 0;
    const auto start = b.StartTable();
    for (size_t i = 0; i < op.numbers.size(); ++i)
      b.AddElement<int32_t>(static_cast<flatbuffers::voffset_t>(4 + 2 * i), op.numbers[i]);
    return b.EndTable(start);
  }

  static flatbuffers::Offset<schema::SubGraph> subgraph(flatbuffers::FlatBufferBuilder& b, const Sub& sub,
                                                        std::vector<flatbuffers::Offset<schema::OperatorCode>>& codes) {
    std::vector<flatbuffers::Offset<schema::Tensor>> tensors;
    for (const Tensor& t : sub.tensors) {
      flatbuffers::Offset<schema::QuantizationParameters> quantisation;
      if (!t.scale.empty()) quantisation = schema::CreateQuantizationParametersDirect(b, &t.scale, &t.zero);
      tensors.push_back(schema::CreateTensorDirect(b, &t.shape, t.type, t.buffer, t.name.c_str(), quantisation));
    }
    std::vector<flatbuffers::Offset<schema::Operator>> operators;
    for (const Op& op : sub.operators) {
      const auto table = options(b, op);
      operators.push_back(schema::CreateOperatorDirect(b, static_cast<uint32_t>(codes.size()), &op.inputs, &op.outputs,
                                                       op.type, table));
      codes.push_back(schema::CreateOperatorCodeDirect(
          b, 0, op.code == schema::BuiltinOperator::CUSTOM ? "Odd" : nullptr, 1, op.code));
    }
    return schema::CreateSubGraphDirect(b, &tensors, &sub.inputs, &sub.outputs, &operators, "main");
  }
};

/// y = x + x of [2, 3].
inline TfliteFile doubling() {
  TfliteFile file;
  file.main().tensors = {{.name = "x", .shape = {2, 3}}, {.name = "y", .shape = {2, 3}}};
  file.main().inputs = {0};
  file.main().outputs = {1};
  file.main().operators = {{.code = schema::BuiltinOperator::ADD,
                            .inputs = {0, 0},
                            .outputs = {1},
                            .type = schema::BuiltinOptions::AddOptions}};
  return file;
}

}  // namespace walle::import::testing
