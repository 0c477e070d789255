#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <onnx/onnx_pb.h>

#include "libwalle/graph/op.h"
#include "libwalle/import/onnx_tensor.h"

namespace walle::import {

/// What all graphs of one model share.
struct ModelContext {
  const graph::OpTable& table;
  TensorReader tensors;
  std::map<std::string, int> opsets;  ///< domain → version; "ai.onnx" is ""
  std::map<std::string, graph::Dim> symbols;
  int nodes_left = 0;
};

/// Builds one graph, and through children its blocks.
class GraphImport {
 public:
  GraphImport(ModelContext& model, GraphImport* parent, int depth) : model_(model), parent_(parent), depth_(depth) {}

  /// A block takes `captures` as inputs after its own.
  [[nodiscard]] Status run(const onnx::GraphProto& proto, const std::vector<std::string>& captures);
  [[nodiscard]] graph::Graph take() { return std::move(graph_); }

 private:
  [[nodiscard]] Status add_initializers(const onnx::GraphProto& proto);
  [[nodiscard]] Status add_inputs(const onnx::GraphProto& proto);
  [[nodiscard]] Status add_node(const onnx::NodeProto& proto, int position);
  [[nodiscard]] Status add_blocks(const onnx::NodeProto& proto, graph::Node& node);
  [[nodiscard]] Status finish(const onnx::NodeProto& proto, graph::Node node);
  [[nodiscard]] Status set_type(const onnx::ValueInfoProto& info, graph::Value& value);
  [[nodiscard]] Status define(const std::string& name, graph::ValueId id);
  /// The value with this name here, copying constants from outside; kNoValue if there is none.
  [[nodiscard]] graph::ValueId find(const std::string& name);
  [[nodiscard]] const graph::OpDef* operator_of(const onnx::NodeProto& proto) const;

  ModelContext& model_;
  GraphImport* parent_;
  int depth_;
  graph::Graph graph_;
  std::unordered_map<std::string, graph::ValueId> names_;
};

}  // namespace walle::import
