#include <algorithm>

#include "libwalle/graph/op.h"

namespace walle::graph {
namespace {

/// Elements of a known value are only kept while they are few: shape arithmetic, not data.
constexpr size_t kMaxKnown = 1024;

class NodeInference final : public InferContext {
 public:
  NodeInference(Graph& graph, Node& node) : graph_(graph), node_(node) {}

  void set(size_t result, DType dtype, Shape shape) override {
    if (Value* value = target(result)) {
      value->dtype = dtype;
      value->shape = std::move(shape);
      value->kind = ValueKind::tensor;
    }
  }
  void set_unknown_shape(size_t result, DType dtype) override {
    if (Value* value = target(result)) {
      value->dtype = dtype;
      value->shape.reset();
      value->kind = ValueKind::tensor;
    }
  }
  void set_container(size_t result, ValueKind kind, std::optional<DType> dtype) override {
    if (Value* value = target(result)) {
      value->kind = kind;
      value->dtype = dtype;
      value->shape.reset();
    }
  }
  void set_unknown(size_t result) override {
    if (Value* value = target(result)) value->shape.reset();
  }
  void set_known(size_t result, std::vector<Dim> elements) override {
    Value* value = target(result);
    if (value != nullptr && elements.size() <= kMaxKnown) value->known = std::move(elements);
  }
  [[nodiscard]] Dim fresh(std::string_view hint) override {
    return graph_.fresh_symbol(node_.name + "." + std::string(hint));
  }

  [[nodiscard]] Result<std::vector<Value>> infer_block(size_t index, std::span<const Value> inputs) override {
    if (index >= node_.blocks.size())
      return fail(ErrorCode::invalid_argument, "node '" + node_.name + "' has no block " + std::to_string(index));
    Graph& block = *node_.blocks[index];
    if (inputs.size() != block.inputs.size()) {
      return fail(ErrorCode::invalid_argument, "node '" + node_.name + "': block " + std::to_string(index) + " takes " +
                                                   std::to_string(block.inputs.size()) + " inputs, is given " +
                                                   std::to_string(inputs.size()));
    }
    // One symbol table for a graph and its blocks, so that shapes can cross the border; it only grows.
    take_new(graph_.symbols, block.symbols);
    block.inferences = graph_.inferences + static_cast<int64_t>(graph_.symbols.size() / 64);
    for (size_t i = 0; i < inputs.size(); ++i) {
      Value& value = block.value(block.inputs[i]);
      value.kind = inputs[i].kind;
      value.dtype = inputs[i].dtype;
      value.shape = inputs[i].shape;
      value.known = inputs[i].known;
    }
    for (Node& node : block.nodes) WALLE_TRY(infer_so_far(block, node));
    take_new(block.symbols, graph_.symbols);
    graph_.inferences = block.inferences;
    std::vector<Value> outputs;
    for (const ValueId id : block.outputs) outputs.push_back(block.value(id));
    return outputs;
  }

 private:
  /// Makes `to` as long as `from`: what is new there is appended.
  static void take_new(const std::vector<std::string>& from, std::vector<std::string>& to) {
    to.resize(std::min(to.size(), from.size()));
    to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(to.size()), from.end());
  }

  Value* target(size_t result) {
    if (result >= node_.results.size() || node_.results[result] == kNoValue) return nullptr;
    return &graph_.value(node_.results[result]);
  }

  Graph& graph_;
  Node& node_;
};

/// True if the operand's shape, or the value of an operand that may decide shapes, is not known yet.
bool undetermined(const Value& value) {
  if (value.constant) return false;
  if (!value.dtype || !value.shape) return true;
  return value.shape->size() <= 1 && (!is_integer(*value.dtype) || !value.known || !concrete(*value.known));
}

/// A shape that a tensor may have, as far as it is known; dims of 0 do not make up for large ones.
bool possible(const Shape& shape) {
  int64_t count = 1;
  for (const Dim& d : shape) {
    if (!d.known() || d.value() == 0) continue;
    if (d.value() < 0 || __builtin_mul_overflow(count, d.value(), &count) || count > engine::kMaxElements) return false;
  }
  return true;
}

Status check_results(const Graph& graph, const Node& node) {
  for (const ValueId id : node.results) {
    if (id == kNoValue || !graph.value(id).shape || possible(*graph.value(id).shape)) continue;
    return fail(ErrorCode::invalid_argument, "node '" + node.name + "' (" + std::string(node.op->name) + "): result '" +
                                                 graph.value(id).name +
                                                 "' is too large (over 2^40 elements) or has a negative dimension");
  }
  return {};
}

}  // namespace

Status infer_node(Graph& graph, Node& node) {
  if (++graph.inferences > kMaxInferences) {
    return fail(ErrorCode::resource_exhausted,
                "node '" + node.name + "' (" + std::string(node.op->name) +
                    "): the model's blocks and decompositions take more than 2^20 nodes to look through");
  }
  if (node.op->infer == nullptr) {
    return fail(ErrorCode::unsupported,
                "node '" + node.name + "': operator " + std::string(node.op->name) + " cannot be used here");
  }
  const NodeView view(graph, node);
  for (int i = 0; i < node.op->operands.min; ++i) {
    if (!view.has(static_cast<size_t>(i)))
      return view.fail(ErrorCode::invalid_argument, "operand " + std::to_string(i) + " is missing");
  }
  NodeInference context(graph, node);
  WALLE_TRY(node.op->infer(view, context));
  return check_results(graph, node);
}

Status infer_so_far(Graph& graph, Node& node) {
  const Status inferred = infer_node(graph, node);
  if (inferred || inferred.error().code != ErrorCode::unsupported || node.op->infer == nullptr) return inferred;
  bool later = false;
  for (const ValueId id : node.operands) later = later || (id != kNoValue && undetermined(graph.value(id)));
  if (!later) return inferred;
  for (const ValueId id : node.results) {
    if (id != kNoValue) graph.value(id).shape.reset();
  }
  return {};
}

}  // namespace walle::graph
