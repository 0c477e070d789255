#pragma once

#include <string>
#include <vector>

#include "libwalle/graph/op.h"
#include "libwalle/session/model.h"

namespace walle::testing {

/// Builds small graphs by hand.
struct Maker {
  graph::Graph graph;

  graph::ValueId input(const std::string& name, DType dtype, graph::Shape shape) {
    const graph::ValueId id = graph.add_value({.name = name, .dtype = dtype, .shape = std::move(shape)});
    graph.inputs.push_back(id);
    return id;
  }
  graph::ValueId constant(const std::string& name, std::vector<int64_t> dims, std::vector<float> values) {
    return graph.add_constant(name, *engine::Tensor::of<float>(dims, values));
  }
  graph::ValueId ints(const std::string& name, std::vector<int64_t> values) {
    const std::vector<int64_t> dims = {static_cast<int64_t>(values.size())};
    return graph.add_constant(name, *engine::Tensor::of<int64_t>(dims, values));
  }
  graph::ValueId op(const std::string& name, const std::string& op, std::vector<graph::ValueId> operands,
                    graph::Attributes attributes = {}) {
    graph::Node node;
    node.name = name;
    node.op = session::operators().find("", op);
    node.operands = std::move(operands);
    node.results = {graph.add_value({.name = name + "_out"})};
    node.attributes = std::move(attributes);
    graph.nodes.push_back(std::move(node));
    return graph.nodes.back().results[0];
  }
};

inline engine::Tensor floats(std::vector<int64_t> dims, std::vector<float> values) {
  return *engine::Tensor::of<float>(dims, values);
}

inline std::vector<float> list(const engine::Tensor& tensor) {
  const auto values = tensor.values<float>();
  return {values.begin(), values.end()};
}

/// Runs a graph once in a session of its own.
inline Result<std::vector<engine::Tensor>> run_graph(graph::Graph graph, std::vector<engine::NamedTensor> inputs,
                                                     engine::SessionOptions options = {}) {
  const auto model = WALLE_TRY(session::model_from_graph(std::move(graph)));
  const auto session = WALLE_TRY(engine::Session::create(model, options));
  return session->run(inputs);
}

}  // namespace walle::testing
