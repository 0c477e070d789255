#pragma once

#include <string>
#include <vector>

#include <onnx/onnx_pb.h>

#include "libwalle/graph/op.h"
#include "libwalle/import/onnx.h"

namespace walle::import::testing {

/// A model under construction: opset 17, f32 input x [n, 4].
struct ProtoModel {
  ProtoModel() {
    proto.set_ir_version(8);
    proto.add_opset_import()->set_version(17);
    graph().set_name("g");
    input("x", {-1, 4});
  }
  onnx::GraphProto& graph() { return *proto.mutable_graph(); }

  /// A dim of -1 is the symbol n.
  void input(const std::string& name, const std::vector<int64_t>& dims) {
    auto* info = graph().add_input();
    info->set_name(name);
    auto* type = info->mutable_type()->mutable_tensor_type();
    type->set_elem_type(onnx::TensorProto::FLOAT);
    type->mutable_shape();
    for (const int64_t dim : dims) {
      auto* made = type->mutable_shape()->add_dim();
      if (dim == -1) {
        made->set_dim_param("n");
      } else {
        made->set_dim_value(dim);
      }
    }
  }
  void output(const std::string& name) { graph().add_output()->set_name(name); }

  onnx::NodeProto& node(const std::string& op, const std::vector<std::string>& in, const std::string& out) {
    return add(graph(), op, in, out);
  }
  static onnx::NodeProto& add(onnx::GraphProto& graph, const std::string& op, const std::vector<std::string>& in,
                              const std::string& out) {
    auto& made = *graph.add_node();
    made.set_op_type(op);
    made.set_name("the " + op);
    for (const auto& name : in) made.add_input(name);
    made.add_output(out);
    return made;
  }
  /// A block of a node.
  static onnx::GraphProto& block(onnx::NodeProto& node, const std::string& attribute) {
    auto* made = node.add_attribute();
    made->set_name(attribute);
    made->set_type(onnx::AttributeProto::GRAPH);
    return *made->mutable_g();
  }
  /// An f32 initialiser with `values` ones.
  onnx::TensorProto& weight(const std::string& name, const std::vector<int64_t>& dims, size_t values) {
    auto& tensor = *graph().add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    for (const int64_t dim : dims) tensor.add_dims(dim);
    for (size_t i = 0; i < values; ++i) tensor.add_float_data(1);
    return tensor;
  }

  [[nodiscard]] Result<graph::Graph> load(const std::string& folder = "") const {
    const std::string bytes = proto.SerializeAsString();
    return load_onnx({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}, folder);
  }
  [[nodiscard]] std::string error(const std::string& folder = "") const {
    const auto loaded = load(folder);
    return loaded ? "" : loaded.error().message;
  }

  onnx::ModelProto proto;
};

/// y = then: x + w, else: -x, with x and the weight w from outside.
inline ProtoModel model_with_branches() {
  ProtoModel m;
  m.weight("w", {4}, 4);
  m.input("s", {});
  m.node("Greater", {"s", "s"}, "c");
  auto& branch = m.node("If", {"c"}, "y");
  auto& otherwise = ProtoModel::block(branch, "else_branch");
  ProtoModel::add(otherwise, "Neg", {"x"}, "inner");
  otherwise.add_output()->set_name("inner");
  auto& then = ProtoModel::block(branch, "then_branch");
  ProtoModel::add(then, "Add", {"x", "w"}, "inner");
  then.add_output()->set_name("inner");
  m.output("y");
  return m;
}

}  // namespace walle::import::testing
