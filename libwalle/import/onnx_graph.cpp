#include "libwalle/import/onnx_graph.h"

#include <algorithm>

#include "libwalle/graph/signature.h"
#include "libwalle/import/limits.h"
#include "libwalle/import/onnx_attribute.h"
#include "libwalle/import/onnx_order.h"
#include "libwalle/import/onnx_type.h"
#include "libwalle/ops/rules/constants.h"
#include "libwalle/ops/rules/types.h"

namespace walle::import {
namespace {

using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::Value;
using graph::ValueId;

std::string domain_of(const std::string& domain) { return domain == "ai.onnx" ? "" : domain; }

/// Blocks in the order that Node::blocks wants.
std::vector<const onnx::AttributeProto*> blocks_of(const onnx::NodeProto& proto) {
  std::vector<const onnx::AttributeProto*> blocks;
  for (const auto& attribute : proto.attribute()) {
    if (attribute.has_g()) blocks.push_back(&attribute);
  }
  std::sort(blocks.begin(), blocks.end(), [](const auto* a, const auto* b) { return a->name() > b->name(); });
  return blocks;  // then_branch before else_branch
}

/// A dimension of 2^40 and more, or below 0, is no dimension.
bool sane(int64_t dim) { return dim >= 0 && dim <= engine::kMaxElements; }

/// The error of a node, which it names.
Status named(const onnx::NodeProto& proto, const Status& status) {
  if (status || status.error().message.find("node '") != std::string::npos) return status;
  return node_error(proto, status.error().code, status.error().message);
}

}  // namespace

ValueId GraphImport::find(const std::string& name) {
  const auto it = names_.find(name);
  if (it != names_.end()) return it->second;
  if (parent_ == nullptr) return kNoValue;
  const ValueId outer = parent_->find(name);
  if (outer == kNoValue) return kNoValue;
  const Value& value = parent_->graph_.value(outer);
  if (!value.constant) return kNoValue;  // a capture: already an input of this block
  const ValueId copy = graph_.add_constant(value.name, *value.constant);
  names_.emplace(name, copy);
  return copy;
}

Status GraphImport::define(const std::string& name, ValueId id) {
  if (name.size() > kMaxName) return fail(ErrorCode::resource_exhausted, "a name is longer than 4096 bytes");
  if (!names_.emplace(name, id).second)
    return fail(ErrorCode::invalid_argument, "the name '" + name + "' is defined twice");
  return {};
}

Status GraphImport::set_type(const onnx::ValueInfoProto& info, Value& value) {
  if (!info.has_type() || info.type().value_case() == onnx::TypeProto::VALUE_NOT_SET) return {};
  const auto declared = declared_type(info.type());
  if (!declared) return fail(declared.error().with("'" + info.name() + "'"));
  value.kind = declared->kind;
  value.dtype = ops::rules::dtype_of_onnx(declared->element);
  if (!value.dtype && (depth_ == 0 || declared->element != 0)) {
    return fail(ErrorCode::unsupported,
                "'" + info.name() + "' has ONNX type " + std::to_string(declared->element) + " (strings and the like)");
  }
  if (declared->tensor == nullptr || !declared->tensor->has_shape()) return {};
  const auto& type = *declared->tensor;
  if (type.shape().dim_size() > 64) return fail(ErrorCode::invalid_argument, "'" + info.name() + "' has too many axes");
  graph::Shape shape;
  for (const auto& dim : type.shape().dim()) {
    const std::string& name = dim.dim_param();
    if (dim.has_dim_value() && sane(dim.dim_value())) {
      shape.emplace_back(dim.dim_value());
    } else if (dim.has_dim_value() && dim.dim_value() != -1) {
      return fail(ErrorCode::invalid_argument,
                  "'" + info.name() + "' has dimension " + std::to_string(dim.dim_value()));
    } else if (name.empty() || name == "?") {
      shape.push_back(graph_.fresh_symbol(info.name() + "." + std::to_string(shape.size())));
    } else {
      const auto known = model_.symbols.find(name);
      shape.push_back(known != model_.symbols.end()
                          ? known->second
                          : model_.symbols.emplace(name, graph_.fresh_symbol(name.substr(0, 256))).first->second);
    }
  }
  value.shape = std::move(shape);
  return {};
}

Status GraphImport::add_initializers(const onnx::GraphProto& proto) {
  if (proto.sparse_initializer_size() > 0) return fail(ErrorCode::unsupported, "sparse initialisers are not supported");
  for (const auto& tensor : proto.initializer()) {
    if (tensor.name().empty()) return fail(ErrorCode::invalid_argument, "an initialiser has no name");
    engine::Tensor data = WALLE_TRY(model_.tensors.read(tensor));
    WALLE_TRY(define(tensor.name(), graph_.add_constant(tensor.name(), std::move(data))));
  }
  return {};
}

Status GraphImport::add_inputs(const onnx::GraphProto& proto) {
  for (const auto& input : proto.input()) {
    if (names_.contains(input.name()) && depth_ == 0) continue;  // an initialiser: its default is what counts
    Value value{.name = input.name()};
    if (input.name().empty()) return fail(ErrorCode::invalid_argument, "an input has no name");
    // A block's inputs are typed by its node; what the file says of them may be less exact.
    if (depth_ == 0) {
      WALLE_TRY(set_type(input, value));
      if (!value.dtype) return fail(ErrorCode::invalid_argument, "input '" + input.name() + "' has no type");
    }
    const ValueId id = graph_.add_value(std::move(value));
    WALLE_TRY(define(input.name(), id));
    graph_.inputs.push_back(id);
  }
  return {};
}

const graph::OpDef* GraphImport::operator_of(const onnx::NodeProto& proto) const {
  return model_.table.find(domain_of(proto.domain()), proto.op_type());
}

Status GraphImport::add_blocks(const onnx::NodeProto& proto, Node& node) {
  const auto blocks = blocks_of(proto);
  if (blocks.empty()) return {};
  std::set<std::string> free;
  for (const auto* block : blocks) free.merge(WALLE_TRY(free_names(block->g(), depth_ + 1)));
  std::vector<std::string> captures;
  for (const std::string& name : free) {
    const ValueId id = find(name);
    if (id == kNoValue)
      return node_error(proto, ErrorCode::invalid_argument, "its block reads '" + name + "', which is not defined");
    if (!graph_.value(id).constant) captures.push_back(name);
  }
  if (proto.op_type() == "Loop") node.attributes["carried"] = int64_t{proto.input_size()} - 2;
  for (const auto* block : blocks) {
    if (proto.op_type() == "FlexAttention") node.attributes[block->name()] = int64_t{1};  // either may be absent
    GraphImport child(model_, this, depth_ + 1);
    const auto done = child.run(block->g(), captures);
    if (!done) return fail(done.error().with("in a block of node '" + node.name + "'"));
    node.blocks.push_back(std::make_unique<Graph>(child.take()));
  }
  node.attributes["captures"] = static_cast<int64_t>(captures.size());
  for (const std::string& name : captures) node.operands.push_back(find(name));
  return {};
}

Status GraphImport::finish(const onnx::NodeProto& proto, Node node) {
  const std::string domain = domain_of(proto.domain());
  const auto version = model_.opsets.find(domain);
  if (version == model_.opsets.end())
    return node_error(proto, ErrorCode::invalid_argument, "the model imports no opset of domain '" + domain + "'");
  graph::GraphBuilder builder(graph_, model_.table, node.name);
  if (node.op->upgrade != nullptr) WALLE_TRY(named(proto, node.op->upgrade(node, version->second, builder)));
  WALLE_TRY(graph::check_attributes(node));
  for (const std::string& name : proto.output()) {
    const ValueId id = name.empty() ? kNoValue : graph_.add_value({.name = name});
    if (id != kNoValue) WALLE_TRY(define(name, id));
    node.results.push_back(id);
  }
  while (!node.results.empty() && node.results.back() == kNoValue) node.results.pop_back();
  while (!node.operands.empty() && node.operands.back() == kNoValue) node.operands.pop_back();
  const auto fits = [](const graph::Arity& arity, size_t count) {
    return static_cast<int>(count) >= arity.min && (arity.max < 0 || static_cast<int>(count) <= arity.max);
  };
  if (!fits(node.op->operands, node.operands.size()) || !fits(node.op->results, node.results.size()))
    return node_error(proto, ErrorCode::invalid_argument, "has a wrong number of operands or results");
  for (int i = 0; i < node.op->operands.min; ++i) {
    if (node.operands[static_cast<size_t>(i)] == kNoValue)
      return node_error(proto, ErrorCode::invalid_argument, "operand " + std::to_string(i) + " is missing");
  }
  // Blocks are inferred by the node that runs them.
  if (depth_ == 0) {
    WALLE_TRY(named(proto, graph::infer_so_far(graph_, node)));
    for (const ValueId id : node.results) {
      if (id != kNoValue && absurd(graph_.value(id)))
        return node_error(proto, ErrorCode::invalid_argument, "result '" + graph_.value(id).name + "' is too large");
    }
  }
  graph_.nodes.push_back(std::move(node));
  return {};
}

Status GraphImport::add_node(const onnx::NodeProto& proto, int position) {
  if (--model_.nodes_left < 0) return fail(ErrorCode::resource_exhausted, "the model has more than 2^20 nodes");
  Node node;
  node.name = proto.name().empty() ? proto.op_type() + "_" + std::to_string(position) : proto.name();
  if (node.name.size() > kMaxName) return fail(ErrorCode::resource_exhausted, "a node's name is too long");
  node.op = operator_of(proto);
  if (node.op == nullptr) {
    const std::string where = proto.domain().empty() ? "" : " of domain '" + proto.domain() + "'";
    return node_error(proto, ErrorCode::unsupported,
                      "the operator" + where + " is not known to this build" +
                          (proto.op_type() == "ZipMap" ? "; export the model with zipmap=False" : ""));
  }
  for (const std::string& name : proto.input()) {
    const ValueId id = name.empty() ? kNoValue : find(name);
    if (id == kNoValue && !name.empty())
      return node_error(proto, ErrorCode::invalid_argument, "reads '" + name + "', which is not defined");
    node.operands.push_back(id);
  }
  for (const auto& attribute : proto.attribute()) {
    if (attribute.has_g()) continue;
    auto value = read_attribute(attribute, model_.tensors);
    if (!value) return node_error(proto, value.error().code, value.error().message);
    node.attributes.emplace(attribute.name(), *std::move(value));
  }
  WALLE_TRY(add_blocks(proto, node));
  if (proto.op_type() == "Constant" && proto.output_size() == 1) {
    auto tensor = WALLE_TRY(ops::rules::constant_tensor(graph::NodeView(graph_, node)));
    return define(proto.output(0), graph_.add_constant(proto.output(0), std::move(tensor)));
  }
  return finish(proto, std::move(node));
}

Status GraphImport::run(const onnx::GraphProto& proto, const std::vector<std::string>& captures) {
  if (depth_ > kMaxDepth) return fail(ErrorCode::resource_exhausted, "blocks are nested too deeply");
  graph_.name = proto.name().substr(0, kMaxName);
  WALLE_TRY(add_initializers(proto));
  WALLE_TRY(add_inputs(proto));
  for (const std::string& name : captures) {
    if (names_.contains(name)) {  // shadowed here, but the node hands it over: an input that nobody reads
      graph_.inputs.push_back(graph_.add_value({.name = name + "/outer"}));
      continue;
    }
    const ValueId id = graph_.add_value({.name = name});
    WALLE_TRY(define(name, id));
    graph_.inputs.push_back(id);
  }
  for (const int i : WALLE_TRY(topological_order(proto, depth_))) WALLE_TRY(add_node(proto.node(i), i));
  for (const auto& output : proto.output()) {
    const ValueId id = find(output.name());
    if (id == kNoValue)
      return fail(ErrorCode::invalid_argument, "output '" + output.name() + "' of the graph is never made");
    graph_.outputs.push_back(id);
  }
  if (depth_ == 0 && graph_.outputs.empty()) return fail(ErrorCode::invalid_argument, "the model has no outputs");
  return {};
}

}  // namespace walle::import
