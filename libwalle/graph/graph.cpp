#include "libwalle/graph/graph.h"

#include "libwalle/graph/op.h"

namespace walle::graph {

ValueId Graph::add_constant(std::string constant_name, engine::Tensor tensor) {
  Value value{.name = std::move(constant_name), .dtype = tensor.dtype(), .shape = to_shape(tensor.dims())};
  if (is_integer(tensor.dtype()) && tensor.dims().size() <= 1 && tensor.count() <= 1024 &&
      bits_of(tensor.dtype()) >= 32) {
    std::vector<Dim> known;
    for (int64_t i = 0; i < tensor.count(); ++i) {
      const auto at = static_cast<size_t>(i);
      if (tensor.dtype() == DType::i64) known.emplace_back(tensor.values<int64_t>()[at]);
      if (tensor.dtype() == DType::i32) known.emplace_back(tensor.values<int32_t>()[at]);
    }
    if (known.size() == static_cast<size_t>(tensor.count())) value.known = std::move(known);
  }
  value.constant = std::move(tensor);
  return add_value(std::move(value));
}

Dim Graph::fresh_symbol(std::string symbol_name) {
  symbols.push_back(std::move(symbol_name));
  return Dim::symbol(static_cast<Symbol>(symbols.size() - 1));
}

Graph Graph::clone() const {
  Graph copy;
  copy.name = name;
  copy.values = values;
  copy.inputs = inputs;
  copy.outputs = outputs;
  copy.symbols = symbols;
  copy.metadata = metadata;
  copy.nodes.reserve(nodes.size());
  for (const Node& node : nodes) {
    Node& made = copy.nodes.emplace_back();
    made.name = node.name;
    made.op = node.op;
    made.operands = node.operands;
    made.results = node.results;
    made.attributes = node.attributes;
    made.core = node.core;
    for (const auto& block : node.blocks) made.blocks.push_back(std::make_unique<Graph>(block->clone()));
  }
  return copy;
}

}  // namespace walle::graph
