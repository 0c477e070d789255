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
    }
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
    // One symbol table for a graph and its blocks, so that shapes can cross the border.
    block.symbols = graph_.symbols;
    for (size_t i = 0; i < inputs.size(); ++i) {
      Value& value = block.value(block.inputs[i]);
      value.dtype = inputs[i].dtype;
      value.shape = inputs[i].shape;
      value.known = inputs[i].known;
    }
    for (Node& node : block.nodes) WALLE_TRY(infer_node(block, node));
    graph_.symbols = block.symbols;
    std::vector<Value> outputs;
    for (const ValueId id : block.outputs) outputs.push_back(block.value(id));
    return outputs;
  }

 private:
  Value* target(size_t result) {
    if (result >= node_.results.size() || node_.results[result] == kNoValue) return nullptr;
    return &graph_.value(node_.results[result]);
  }

  Graph& graph_;
  Node& node_;
};

}  // namespace

Status infer_node(Graph& graph, Node& node) {
  if (node.op->infer == nullptr) {
    return fail(ErrorCode::unsupported,
                "node '" + node.name + "': operator " + std::string(node.op->name) + " cannot be used here");
  }
  NodeInference context(graph, node);
  return node.op->infer(NodeView(graph, node), context);
}

}  // namespace walle::graph
