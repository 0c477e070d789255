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

namespace {

std::string dim_text(const Graph& graph, const Dim& dim) {
  if (dim.known()) return std::to_string(dim.value());
  std::string text;
  for (const Dim::Term& term : dim.terms()) {
    if (!text.empty()) text += '+';
    if (term.coefficient != 1) text += std::to_string(term.coefficient) + '*';
    text += term.symbol < graph.symbols.size() ? graph.symbols[term.symbol] : "?";
  }
  if (dim.constant() != 0) text += (dim.constant() > 0 ? "+" : "") + std::to_string(dim.constant());
  return text;
}

std::string value_text(const Graph& graph, ValueId id) {
  if (id == kNoValue) return "-";
  const Value& value = graph.value(id);
  std::string text = "%" + value.name + ":" + (value.dtype ? std::string(name_of(*value.dtype)) : "?");
  if (!value.shape) return text + "[?]";
  text += '[';
  for (size_t i = 0; i < value.shape->size(); ++i) text += (i == 0 ? "" : ",") + dim_text(graph, (*value.shape)[i]);
  return text + ']';
}

void append_text(const Graph& graph, const std::string& indent, std::string& out) {
  out += indent + "inputs";
  for (const ValueId id : graph.inputs) out += " " + value_text(graph, id);
  out += '\n';
  for (const Node& node : graph.nodes) {
    out += indent;
    for (size_t i = 0; i < node.results.size(); ++i) out += (i == 0 ? "" : ", ") + value_text(graph, node.results[i]);
    out += " = " + std::string(node.op->name);
    if (node.core) out += "/" + std::string(walle::name_of(family_of(node.core->attributes)));
    out += '(';
    for (size_t i = 0; i < node.operands.size(); ++i) {
      const ValueId id = node.operands[i];
      out += (i == 0 ? "" : ", ") + (id == kNoValue ? std::string("-") : "%" + graph.value(id).name);
    }
    out += ")  # " + node.name + '\n';
    for (const auto& block : node.blocks) append_text(*block, indent + "    ", out);
  }
  out += indent + "outputs";
  for (const ValueId id : graph.outputs) out += " " + value_text(graph, id);
  out += '\n';
}

}  // namespace

std::string to_text(const Graph& graph) {
  std::string out;
  append_text(graph, "", out);
  return out;
}

}  // namespace walle::graph
