#include <algorithm>

#include "libwalle/model/format.h"
#include "libwalle/model/header.h"
#include "libwalle/model/model_generated.h"

namespace walle::model {
namespace {

using flatbuffers::Offset;

void pad_to(std::vector<uint8_t>& bytes, size_t alignment) {
  bytes.resize((bytes.size() + alignment - 1) / alignment * alignment, 0);
}

/// Builds the FlatBuffer and collects the tensors' bytes beside it.
class Writer {
 public:
  Result<Offset<fb::Graph>> graph(const graph::Graph& g, size_t depth) {
    if (depth > kMaxBlockDepth)
      return fail(ErrorCode::invalid_argument, "blocks are nested deeper than " + std::to_string(kMaxBlockDepth));
    std::vector<Offset<fb::Value>> values;
    for (const graph::Value& v : g.values) values.push_back(value(v));
    std::vector<Offset<fb::Node>> nodes;
    for (const graph::Node& n : g.nodes) nodes.push_back(WALLE_TRY(node(n, depth)));
    std::vector<Offset<fb::KeyValue>> metadata;
    for (const auto& [key, text] : g.metadata)
      metadata.push_back(fb::CreateKeyValue(builder_, builder_.CreateString(key), builder_.CreateString(text)));
    return fb::CreateGraph(builder_, builder_.CreateString(g.name), builder_.CreateVector(values),
                           builder_.CreateVector(nodes), builder_.CreateVector(g.inputs),
                           builder_.CreateVector(g.outputs), builder_.CreateVectorOfStrings(g.symbols),
                           builder_.CreateVector(metadata));
  }

  void finish(Offset<fb::Graph> root) {
    builder_.Finish(fb::CreateModel(builder_, builder_.CreateString("walle 0.1"), root), fb::ModelIdentifier());
  }

  [[nodiscard]] std::span<const uint8_t> graph_bytes() const {
    return {builder_.GetBufferPointer(), builder_.GetSize()};
  }
  [[nodiscard]] const std::vector<uint8_t>& weights() const { return weights_; }

 private:
  Offset<fb::TensorRef> tensor(const engine::Tensor& t) {
    pad_to(weights_, kTensorAlignment);
    const size_t offset = weights_.size();
    const auto* data = static_cast<const uint8_t*>(t.data());
    if (t.bytes() > 0) weights_.insert(weights_.end(), data, data + t.bytes());
    return fb::CreateTensorRef(builder_, static_cast<uint8_t>(t.dtype()), builder_.CreateVector(t.dims()), offset,
                               static_cast<uint64_t>(t.bytes()));
  }

  Offset<fb::Shape> shape(const graph::Shape& s) {
    std::vector<Offset<fb::Dim>> dims;
    for (const graph::Dim& d : s) {
      std::vector<uint32_t> symbols;
      std::vector<int64_t> coefficients;
      for (const auto& term : d.terms()) {
        symbols.push_back(term.symbol);
        coefficients.push_back(term.coefficient);
      }
      dims.push_back(
          fb::CreateDim(builder_, d.constant(), builder_.CreateVector(symbols), builder_.CreateVector(coefficients)));
    }
    return fb::CreateShape(builder_, builder_.CreateVector(dims));
  }

  Offset<fb::Value> value(const graph::Value& v) {
    const auto name = builder_.CreateString(v.name);
    const Offset<fb::Shape> s = v.shape ? shape(*v.shape) : Offset<fb::Shape>();
    const Offset<fb::TensorRef> constant = v.constant ? tensor(*v.constant) : Offset<fb::TensorRef>();
    return fb::CreateValue(builder_, name, static_cast<uint8_t>(v.kind),
                           v.dtype ? static_cast<int8_t>(*v.dtype) : int8_t{-1}, s, constant);
  }

  Offset<fb::Attribute> attribute(const std::string& name, const graph::Attribute& a) {
    const auto key = builder_.CreateString(name);
    const auto* text = std::get_if<std::string>(&a);
    const auto* ints = std::get_if<std::vector<int64_t>>(&a);
    const auto* floats = std::get_if<std::vector<float>>(&a);
    const auto* strings = std::get_if<std::vector<std::string>>(&a);
    const auto* constant = std::get_if<engine::Tensor>(&a);
    const auto s = text != nullptr ? builder_.CreateString(*text) : Offset<flatbuffers::String>();
    const auto i = ints != nullptr ? builder_.CreateVector(*ints) : Offset<flatbuffers::Vector<int64_t>>();
    const auto f = floats != nullptr ? builder_.CreateVector(*floats) : Offset<flatbuffers::Vector<float>>();
    const auto ss = strings != nullptr ? builder_.CreateVectorOfStrings(*strings)
                                       : Offset<flatbuffers::Vector<Offset<flatbuffers::String>>>();
    const auto t = constant != nullptr ? tensor(*constant) : Offset<fb::TensorRef>();
    const auto* number = std::get_if<int64_t>(&a);
    const auto* real = std::get_if<float>(&a);
    return fb::CreateAttribute(builder_, key, static_cast<uint8_t>(a.index()), number != nullptr ? *number : 0,
                               real != nullptr ? *real : 0, s, i, f, ss, t);
  }

  Result<Offset<fb::Node>> node(const graph::Node& n, size_t depth) {
    if (n.core)
      return fail(ErrorCode::invalid_argument,
                  "node '" + n.name + "' is lowered already; only a model's own graph can be written");
    std::vector<Offset<fb::Attribute>> attributes;
    for (const auto& [name, a] : n.attributes) attributes.push_back(attribute(name, a));
    std::vector<Offset<fb::Graph>> blocks;
    for (const auto& block : n.blocks) blocks.push_back(WALLE_TRY(graph(*block, depth + 1)));
    return fb::CreateNode(
        builder_, builder_.CreateString(n.name), builder_.CreateString(n.op->domain.data(), n.op->domain.size()),
        builder_.CreateString(n.op->name.data(), n.op->name.size()), builder_.CreateVector(n.operands),
        builder_.CreateVector(n.results), builder_.CreateVector(attributes), builder_.CreateVector(blocks));
  }

  flatbuffers::FlatBufferBuilder builder_;
  std::vector<uint8_t> weights_;
};

}  // namespace

Result<std::vector<uint8_t>> write_model(const graph::Graph& graph) {
  Writer writer;
  writer.finish(WALLE_TRY(writer.graph(graph, 0)));
  Header header{.version = kFormatVersion, .min_reader = 1, .graph = {}, .weights = {}};
  header.graph.offset = (kHeaderBytes + kTensorAlignment - 1) / kTensorAlignment * kTensorAlignment;
  header.graph.bytes = writer.graph_bytes().size();
  header.graph.digest = sha256(writer.graph_bytes());
  header.weights.offset = (header.graph.offset + header.graph.bytes + kPage - 1) / kPage * kPage;
  header.weights.bytes = writer.weights().size();
  header.weights.digest = sha256(writer.weights());
  std::vector<uint8_t> file = encode_header(header);
  pad_to(file, kTensorAlignment);
  file.insert(file.end(), writer.graph_bytes().begin(), writer.graph_bytes().end());
  pad_to(file, kPage);
  file.insert(file.end(), writer.weights().begin(), writer.weights().end());
  return file;
}

}  // namespace walle::model
