#pragma once

#include <functional>

#include "libwalle/graph/graph.h"
#include "tests/conformance/onnx/cases.h"

// A case's graph, ready to be changed: tests look at what becomes of graphs that nearly make sense.
namespace walle::conformance {

/// The graph with its data bound: small tensors are constants, others inputs of fixed dims. Outputs have no shape.
[[nodiscard]] graph::Graph bound(const graph::Graph& source, const Data& data);

/// A case that can be read, with its first set of data.
struct BoundCase {
  std::string name;
  graph::Graph source, graph;  ///< as read, and bound
  Data data;
};
void each_bound(const std::function<void(const BoundCase&)>& visit);

/// Makes a tensor a value's constant, with its elements known as those of small constants are.
void set_constant(graph::Graph& graph, graph::ValueId id, const engine::Tensor& tensor);

}  // namespace walle::conformance
