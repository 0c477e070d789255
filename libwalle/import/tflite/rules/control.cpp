#include "libwalle/import/tflite/rules/control.h"

namespace walle::import::tflite::rules {

graph::Value like(const GraphBuilder& builder, ValueId value, const std::string& name) {
  return {.name = name, .dtype = builder.value(value).dtype, .shape = builder.value(value).shape};
}

std::unique_ptr<graph::Graph> empty_block(GraphBuilder& builder) {
  auto block = std::make_unique<graph::Graph>();
  block->symbols = builder.graph().symbols;
  return block;
}

Translated control(Operation& op, ControlNode from) {
  GraphBuilder& b = op.builder();
  graph::Graph& graph = b.graph();
  const graph::OpDef* def = b.table().find("", from.op);
  if (def == nullptr) return Operation::fail(ErrorCode::internal, "there is no operator " + from.op);
  graph::Node node{.name = op.name() + "/" + from.op,
                   .op = def,
                   .operands = std::move(from.operands),
                   .attributes = std::move(from.attributes),
                   .blocks = std::move(from.blocks)};
  for (size_t i = 0; i < from.results; ++i)
    node.results.push_back(graph.add_value({.name = node.name + ":" + std::to_string(i)}));
  WALLE_TRY(graph::infer_node(graph, node));
  auto results = node.results;
  graph.nodes.push_back(std::move(node));
  return results;
}

}  // namespace walle::import::tflite::rules
