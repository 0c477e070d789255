#include "tests/conformance/onnx/bound.h"

#include "libwalle/base/file.h"
#include "libwalle/import/onnx.h"

namespace walle::conformance {

using graph::Graph;

void set_constant(Graph& graph, graph::ValueId id, const engine::Tensor& tensor) {
  Graph scratch;
  graph::Value& value = graph.value(id);
  value.known = scratch.value(scratch.add_constant("", tensor)).known;
  value.shape = graph::to_shape(tensor.dims());
  value.constant = tensor;
}

Graph bound(const Graph& source, const Data& data) {
  Graph graph = source.clone();
  std::vector<graph::ValueId> inputs;
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    const graph::ValueId id = graph.inputs[i];
    if (i >= data.inputs.size() || !data.inputs[i].is_tensor()) {
      inputs.push_back(id);
      continue;
    }
    const engine::Tensor& tensor = data.inputs[i].tensor();
    if (!is_float(tensor.dtype()) && tensor.count() <= 16 && tensor.dims().size() <= 1) {
      set_constant(graph, id, tensor);
    } else {
      graph.value(id).shape = graph::to_shape(tensor.dims());
      inputs.push_back(id);
    }
  }
  graph.inputs = inputs;
  for (const graph::ValueId id : graph.outputs) graph.value(id).shape.reset();
  return graph;
}

void each_bound(const std::function<void(const BoundCase&)>& visit) {
  for (const Case& one : all_cases()) {
    const auto bytes = read_file(one.folder + "/model.onnx", 256U << 20);
    auto source = bytes ? import::load_onnx(*bytes, one.folder) : Result<Graph>(fail(bytes.error()));
    const auto sets = data_of(one);
    if (!source || !sets || sets->empty()) continue;
    Graph graph = bound(*source, (*sets)[0]);
    visit({one.name, *std::move(source), std::move(graph), (*sets)[0]});
  }
}

}  // namespace walle::conformance
