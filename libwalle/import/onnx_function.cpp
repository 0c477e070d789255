#include "libwalle/import/onnx_function.h"

#include <map>

#include "libwalle/import/onnx_order.h"

namespace walle::import {
namespace {

using Functions = std::map<std::pair<std::string, std::string>, const onnx::FunctionProto*>;

class Expander {
 public:
  explicit Expander(Functions functions) : functions_(std::move(functions)) {}

  Status expand(onnx::GraphProto& graph, int depth) {
    if (depth > kMaxDepth) return fail(ErrorCode::resource_exhausted, "functions or blocks are nested too deeply");
    google::protobuf::RepeatedPtrField<onnx::NodeProto> nodes;
    nodes.Swap(graph.mutable_node());
    for (onnx::NodeProto& node : nodes) WALLE_TRY(add(std::move(node), graph, depth));
    return {};
  }

 private:
  Status add(onnx::NodeProto node, onnx::GraphProto& graph, int depth) {
    if (++made_ > kMaxNodes || depth > kMaxDepth)
      return fail(ErrorCode::resource_exhausted, "the model's functions expand without end");
    const auto function = functions_.find({node.domain(), node.op_type()});
    if (function != functions_.end()) return call(node, *function->second, graph, depth + 1);
    for (auto& attribute : *node.mutable_attribute()) {
      if (attribute.has_g()) WALLE_TRY(expand(*attribute.mutable_g(), depth + 1));
    }
    *graph.add_node() = std::move(node);
    return {};
  }

  /// One call: the function's nodes with names of their own, parameters bound to the call's operands and results.
  Status call(const onnx::NodeProto& node, const onnx::FunctionProto& function, onnx::GraphProto& graph, int depth) {
    std::map<std::string, std::string> names;
    for (int i = 0; i < function.input_size(); ++i)
      names[function.input(i)] = i < node.input_size() ? node.input(i) : "";
    for (int i = 0; i < function.output_size(); ++i) {
      if (i < node.output_size() && !node.output(i).empty()) names[function.output(i)] = node.output(i);
    }
    const std::string prefix =
        (node.name().empty() ? node.op_type() : node.name()) + "#" + std::to_string(calls_++) + "/";
    for (const onnx::NodeProto& inner : function.node()) {
      onnx::NodeProto copy = inner;
      copy.set_name(prefix + inner.name());
      WALLE_TRY(rename(copy, names, prefix, depth));
      WALLE_TRY(bind_attributes(copy, node));
      WALLE_TRY(add(std::move(copy), graph, depth));
    }
    return {};
  }

  Status rename(onnx::NodeProto& node, std::map<std::string, std::string>& names, const std::string& prefix,
                int depth) {
    const auto renamed = [&](const std::string& name) {
      if (name.empty()) return name;
      return names.try_emplace(name, prefix + name).first->second;
    };
    for (std::string& name : *node.mutable_input()) name = renamed(name);
    for (std::string& name : *node.mutable_output()) name = renamed(name);
    for (auto& attribute : *node.mutable_attribute()) {
      if (!attribute.has_g()) continue;
      if (depth > kMaxDepth) return fail(ErrorCode::resource_exhausted, "functions are nested too deeply");
      onnx::GraphProto& graph = *attribute.mutable_g();
      for (auto& input : *graph.mutable_input()) input.set_name(renamed(input.name()));
      for (auto& tensor : *graph.mutable_initializer()) tensor.set_name(renamed(tensor.name()));
      for (auto& inner : *graph.mutable_node()) WALLE_TRY(rename(inner, names, prefix, depth + 1));
      for (auto& output : *graph.mutable_output()) output.set_name(renamed(output.name()));
    }
    return {};
  }

  /// Attributes that refer to the function's own take the call's value, or vanish.
  Status bind_attributes(onnx::NodeProto& copy, const onnx::NodeProto& call) {
    google::protobuf::RepeatedPtrField<onnx::AttributeProto> attributes;
    attributes.Swap(copy.mutable_attribute());
    for (const auto& attribute : attributes) {
      if (attribute.ref_attr_name().empty()) {
        *copy.add_attribute() = attribute;
        continue;
      }
      for (const auto& given : call.attribute()) {
        if (given.name() != attribute.ref_attr_name()) continue;
        auto* bound = copy.add_attribute();
        *bound = given;
        bound->set_name(attribute.name());
      }
    }
    return {};
  }

  Functions functions_;
  int made_ = 0;
  int calls_ = 0;
};

}  // namespace

Status expand_functions(onnx::ModelProto& model) {
  if (model.functions_size() == 0) return {};
  std::map<std::string, int64_t> opsets;
  for (const auto& opset : model.opset_import()) opsets[opset.domain()] = opset.version();
  Functions functions;
  for (const auto& function : model.functions()) {
    for (const auto& opset : function.opset_import()) {
      const auto known = opsets.emplace(opset.domain(), opset.version()).first;
      if (known->second == opset.version()) continue;
      return fail(ErrorCode::unsupported, "function '" + function.name() + "' uses another opset of domain '" +
                                              opset.domain() + "' than the model");
    }
    functions[{function.domain(), function.name()}] = &function;
  }
  for (const auto& [domain, version] : opsets) {
    bool listed = false;
    for (const auto& opset : model.opset_import()) listed = listed || opset.domain() == domain;
    if (listed) continue;
    auto* opset = model.add_opset_import();
    opset->set_domain(domain);
    opset->set_version(version);
  }
  Expander expander(std::move(functions));
  return expander.expand(*model.mutable_graph(), 0);
}

}  // namespace walle::import
