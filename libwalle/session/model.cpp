#include "libwalle/session/model.h"

#include "libwalle/base/file.h"
#include "libwalle/model/format.h"
#include "libwalle/ops/table.h"
#include "libwalle/session/environment.h"
#include "libwalle/session/shared.h"

namespace walle::session {
namespace {

using engine::Port;

/// Name of a symbolic dimension; "" if it is an expression.
std::string symbol_of(const graph::Graph& graph, const graph::Dim& dim) {
  if (dim.terms().size() != 1 || dim.constant() != 0 || dim.terms()[0].coefficient != 1) return {};
  const graph::Symbol symbol = dim.terms()[0].symbol;
  return symbol < graph.symbols.size() ? graph.symbols[symbol] : std::string();
}

Result<Port> port_of(const graph::Graph& graph, graph::ValueId id, bool needs_type) {
  const graph::Value& value = graph.value(id);
  if (needs_type && !value.dtype)
    return fail(ErrorCode::unsupported, "the type of input '" + value.name + "' is not known");
  Port port{.name = value.name, .dtype = value.dtype.value_or(DType::f32), .dims = {}, .symbols = {}};
  port.kind = value.kind;
  if (!value.shape || value.kind != graph::ValueKind::tensor) return port;
  for (const graph::Dim& dim : *value.shape) {
    port.dims.push_back(dim.known() ? dim.value() : -1);
    port.symbols.push_back(dim.known() ? std::string() : symbol_of(graph, dim));
  }
  return port;
}

int64_t weight_bytes(const graph::Graph& graph) {
  int64_t bytes = 0;
  for (const graph::Value& value : graph.values) {
    if (value.constant) bytes += value.constant->bytes();
  }
  for (const graph::Node& node : graph.nodes) {
    for (const auto& block : node.blocks) bytes += weight_bytes(*block);
  }
  return bytes;
}

}  // namespace

Result<std::shared_ptr<const engine::Model>> model_from_graph(graph::Graph graph,
                                                              std::shared_ptr<engine::MemoryBudget> budget) {
  WALLE_TRY(graph::verify(graph));
  auto impl = std::make_unique<engine::Model::Impl>();
  for (const graph::ValueId id : graph.inputs) impl->inputs.push_back(WALLE_TRY(port_of(graph, id, true)));
  for (const graph::ValueId id : graph.outputs) impl->outputs.push_back(WALLE_TRY(port_of(graph, id, false)));
  impl->weight_bytes = weight_bytes(graph);
  impl->graph = std::move(graph);
  impl->shared = std::make_shared<Shared>(std::move(budget));
  impl->shared->weights = WALLE_TRY(Charge::take(impl->shared->budget, impl->weight_bytes, "weights"));
  return std::make_shared<const engine::Model>(std::move(impl));
}

const graph::OpTable& operators() {
  static const graph::OpTable table(ops::op_table());
  return table;
}

Result<std::shared_ptr<const graph::Graph>> Shared::prepared(const graph::Graph& source, bool fuse) {
  const std::scoped_lock lock(mutex_);
  auto& made = prepared_[fuse];
  if (made) return made;
  graph::Graph copy = source.clone();
  passes::PassContext context;
  context.ops = &operators();
  context.reference = environment().reference();
  context.fuse = fuse;
  WALLE_TRY(passes::run(passes::model_passes(), copy, context));
  made = std::make_shared<const graph::Graph>(std::move(copy));
  return made;
}

}  // namespace walle::session

namespace walle::engine {
namespace {

Result<std::shared_ptr<const Model>> read(std::span<const uint8_t> bytes, std::shared_ptr<void> owner,
                                          std::shared_ptr<MemoryBudget> budget = nullptr) {
  return session::model_from_graph(WALLE_TRY(model::read_model(bytes, std::move(owner), session::operators())),
                                   std::move(budget));
}

Result<std::shared_ptr<const Model>> read(Result<MappedFile> file, std::shared_ptr<MemoryBudget> budget = nullptr) {
  const auto mapping = std::make_shared<MappedFile>(WALLE_TRY(std::move(file)));
  return read(mapping->bytes(), mapping, std::move(budget));
}

}  // namespace

Result<std::shared_ptr<const Model>> Model::open(const std::string& path) {
  auto model = read(MappedFile::open(path));
  if (model || model.error().code == ErrorCode::not_found) return model;
  return fail(model.error().with("model file '" + path + "'"));
}

Result<std::shared_ptr<const Model>> Model::map(int fd, std::shared_ptr<MemoryBudget> budget) {
  return read(MappedFile::map(fd), std::move(budget));
}

Result<std::shared_ptr<const Model>> Model::from_bytes(std::vector<uint8_t> bytes) {
  // The reader wants aligned bytes; a vector's are not.
  const auto count = static_cast<int64_t>(bytes.size());
  auto tensor = std::make_shared<Tensor>(WALLE_TRY(Tensor::empty(DType::u8, std::span(&count, 1))));
  std::copy(bytes.begin(), bytes.end(), tensor->mutable_values<uint8_t>().begin());
  return read(tensor->values<uint8_t>(), tensor);
}

Model::Model(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Model::~Model() = default;
const std::vector<Port>& Model::inputs() const { return impl_->inputs; }
const std::vector<Port>& Model::outputs() const { return impl_->outputs; }
const std::map<std::string, std::string>& Model::metadata() const { return impl_->graph.metadata; }
int64_t Model::weight_bytes() const { return impl_->weight_bytes; }

}  // namespace walle::engine
