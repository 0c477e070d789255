#include "libwalle/autodiff/unfuse.h"

#include <algorithm>

namespace walle::autodiff {
namespace {

using graph::Graph;
using graph::Node;
using graph::ValueId;

class Unfusing {
 public:
  explicit Unfusing(Graph& graph) : graph_(graph) {}

  Status run() {
    std::vector<Node> nodes = std::move(graph_.nodes);
    graph_.nodes.clear();
    for (Node& node : nodes) {
      if (!node.core || node.core->epilogue.empty()) {
        graph_.nodes.push_back(std::move(node));
        continue;
      }
      WALLE_TRY(split(std::move(node)));
    }
    return {};
  }

 private:
  Status split(Node node) {
    const Epilogue epilogue = node.core->epilogue;
    const std::vector<ValueId> operands = node.operands;
    const ValueId last = node.results[0];
    const auto dims = graph_.value(last).shape ? graph::concrete(*graph_.value(last).shape) : std::nullopt;
    if (!dims) return fail(ErrorCode::unsupported, "node '" + node.name + "': its shape is not known");
    size_t own = operands.size();
    for (const EpilogueOp& op : epilogue) {
      if (op.kind == EpilogueKind::rescale || op.kind == EpilogueKind::quantize)
        return fail(ErrorCode::unsupported,
                    "node '" + node.name + "': 8-bit arithmetic has no gradient; train the float model");
      if (op.operand >= 0) own = std::min(own, static_cast<size_t>(op.operand));
    }
    const bool channels_last = family_of(node.core->attributes) == Family::matmul;
    node.operands.resize(own);
    node.core->epilogue.clear();
    ValueId at = like(last, node.name + "/plain");
    node.results[0] = at;
    const Node source{.name = node.name, .op = node.op};
    graph_.nodes.push_back(std::move(node));
    for (size_t i = 0; i < epilogue.size(); ++i) {
      const ValueId to = i + 1 == epilogue.size() ? last : like(last, source.name + "/epilogue_" + std::to_string(i));
      add(source, epilogue[i], at, operands, channels_last ? dims->size() - 1 : 1, *dims, to);
      at = to;
    }
    return {};
  }

  ValueId like(ValueId id, std::string name) {
    return graph_.add_value(
        {.name = std::move(name), .dtype = graph_.value(id).dtype, .shape = graph_.value(id).shape});
  }

  void add(const Node& source, const EpilogueOp& op, ValueId from, const std::vector<ValueId>& operands,
           size_t channel_axis, const std::vector<int64_t>& dims, ValueId to) {
    switch (op.kind) {
      case EpilogueKind::unary:
        push(source, UnaryAttributes{.op = op.unary, .alpha = op.alpha, .beta = op.beta}, {from}, to);
        return;
      case EpilogueKind::binary_scalar: {
        graph::GraphBuilder builder(graph_, no_ops_, source.name);
        const ValueId scalar = builder.scalar(*graph_.value(from).dtype, op.alpha);
        push(source, BinaryAttributes{.op = op.binary}, {from, scalar}, to);
        return;
      }
      case EpilogueKind::add_operand:
        push(source, BinaryAttributes{.op = BinaryOp::add}, {from, operands[static_cast<size_t>(op.operand)]}, to);
        return;
      case EpilogueKind::bias_channel: {
        const ValueId bias = operands[static_cast<size_t>(op.operand)];
        push(source, BinaryAttributes{.op = BinaryOp::add}, {from, column(source, bias, channel_axis, dims)}, to);
        return;
      }
      case EpilogueKind::rescale:
      case EpilogueKind::quantize:
        return;  // refused by run: 8-bit contractions have no gradient
    }
  }

  /// The bias with its elements along the channel axis.
  ValueId column(const Node& source, ValueId bias, size_t axis, const std::vector<int64_t>& dims) {
    std::vector<int64_t> shape(dims.size(), 1);
    shape[axis] = dims[axis];
    const ValueId made = graph_.add_value(
        {.name = source.name + "/bias", .dtype = graph_.value(bias).dtype, .shape = graph::to_shape(shape)});
    Region region;
    region.axes.push_back({dims[axis], 1, 1});
    push(source, RasterAttributes{}, {bias}, made);
    graph_.nodes.back().core->regions = {region};
    return made;
  }

  void push(const Node& source, const FamilyAttributes& attributes, std::vector<ValueId> operands, ValueId result) {
    Node node{.name = source.name, .op = source.op, .operands = std::move(operands), .results = {result}};
    node.core = graph::CoreForm{.attributes = attributes};
    graph_.nodes.push_back(std::move(node));
  }

  Graph& graph_;
  graph::OpTable no_ops_{{}};
};

}  // namespace

Status unfuse(Graph& graph) { return Unfusing(graph).run(); }

}  // namespace walle::autodiff
