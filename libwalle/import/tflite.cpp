#include "libwalle/import/tflite.h"

#include <algorithm>
#include <cstring>

#include "libwalle/import/limits.h"
#include "libwalle/import/tflite_graph.h"
#include "libwalle/ops/table.h"

namespace walle::import {
namespace {

namespace schema = tflite::schema;

constexpr uint32_t kVersion = 3;
constexpr size_t kMagicOffset = 4;
/// The model's own tables are six deep; options add two.
constexpr flatbuffers::uoffset_t kMaxTableDepth = 32;
constexpr flatbuffers::uoffset_t kMaxTables = 1 << 23;
/// A FlatBuffer ends here at the latest; buffers of larger files lie behind it.
constexpr size_t kMaxFlatBuffer = FLATBUFFERS_MAX_BUFFER_SIZE - 1;

tl::unexpected<Error> damaged(const std::string& what) {
  return fail(ErrorCode::data_loss, "this is no TensorFlow Lite model, or it is damaged: " + what);
}

Result<const schema::Model*> verified(std::span<const uint8_t> bytes) {
  if (!is_tflite(bytes)) return damaged("it does not begin with TFL3");
  flatbuffers::Verifier verifier(bytes.data(), std::min(bytes.size(), kMaxFlatBuffer), kMaxTableDepth, kMaxTables);
  if (!schema::VerifyModelBuffer(verifier)) return damaged("its tables point outside of it");
  const schema::Model* model = schema::GetModel(bytes.data());
  if (model->version() != kVersion)
    return fail(ErrorCode::unsupported, "schema version " + std::to_string(model->version()) +
                                            "; this build reads version " + std::to_string(kVersion));
  if (model->subgraphs() == nullptr || model->subgraphs()->size() == 0) return damaged("it has no subgraph");
  return model;
}

Result<graph::Graph> load_aligned(std::span<const uint8_t> bytes) {
  const schema::Model* source = WALLE_TRY(verified(bytes));
  const graph::OpTable operators(ops::op_table());
  TfliteModel model{.source = *source,
                    .reader = tflite::TensorReader(*source, bytes),
                    .operators = operators,
                    .tensors = {},
                    .nodes_left = kMaxNodes};
  for (const schema::SubGraph* subgraph : *source->subgraphs())
    model.tensors.push_back(WALLE_TRY(tflite::tensors_of(*subgraph, model.reader)));
  graph::Graph graph;
  WALLE_TRY(TfliteGraph(model, graph, 0, 0, "").run_model());
  if (source->description() != nullptr)
    graph.metadata["description"] = source->description()->str().substr(0, tflite::kMaxName);
  WALLE_TRY(graph::verify(graph));
  return graph;
}

}  // namespace

bool is_tflite(std::span<const uint8_t> bytes) {
  const std::string_view magic = schema::ModelIdentifier();
  return bytes.size() >= kMagicOffset + magic.size() &&
         std::memcmp(bytes.data() + kMagicOffset, magic.data(), magic.size()) == 0;
}

Result<graph::Graph> load_tflite(std::span<const uint8_t> bytes) {
  constexpr size_t kAlignment = 16;
  if (reinterpret_cast<uintptr_t>(bytes.data()) % kAlignment == 0) return load_aligned(bytes);
  const auto count = static_cast<int64_t>(bytes.size());
  auto copy = WALLE_TRY(engine::Tensor::empty(DType::u8, std::span(&count, 1)));
  std::copy(bytes.begin(), bytes.end(), copy.mutable_values<uint8_t>().begin());
  return load_aligned(copy.values<uint8_t>());
}

}  // namespace walle::import
