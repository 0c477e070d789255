#include <algorithm>
#include <deque>

#include "libwalle/passes/evaluate.h"
#include "libwalle/passes/rewrite.h"

namespace walle::passes {
namespace {

using engine::Tensor;
using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::OpClass;
using graph::Value;
using graph::ValueId;

/// Forgets what an earlier inference said; a graph is inferred again when its input shapes become concrete.
void forget(Graph& graph, const Node& node) {
  for (const ValueId id : node.results) {
    if (id == kNoValue || node.core) continue;
    graph.value(id).shape.reset();
    graph.value(id).known.reset();
  }
}

/// A constant out of elements that propagation knows.
std::optional<Tensor> tensor_of(const Value& value) {
  if (!value.known || !value.shape || !value.dtype) return std::nullopt;
  const auto dims = graph::concrete(*value.shape);
  if (!dims || dims->size() > 1) return std::nullopt;
  std::vector<int64_t> wide;
  for (const graph::Dim& d : *value.known) {
    if (!d.known()) return std::nullopt;
    wide.push_back(d.value());
  }
  Result<Tensor> made = fail(ErrorCode::unsupported, "");
  if (*value.dtype == DType::i64) made = Tensor::of<int64_t>(*dims, wide);
  if (*value.dtype == DType::i32) {
    const std::vector<int32_t> narrow(wide.begin(), wide.end());
    made = Tensor::of<int32_t>(*dims, narrow);
  }
  if (*value.dtype == DType::boolean) {
    made = Tensor::empty(DType::boolean, *dims);
    if (made && made->count() != static_cast<int64_t>(wide.size())) return std::nullopt;
    for (size_t i = 0; made && i < wide.size(); ++i)
      static_cast<uint8_t*>(made->mutable_data())[i] = wide[i] != 0 ? 1 : 0;
  }
  return made ? std::optional<Tensor>(*std::move(made)) : std::nullopt;
}

void set_constant(Graph& graph, ValueId id, const Tensor& tensor) {
  Graph scratch;  // add_constant knows how known elements are read from a tensor
  const ValueId made = scratch.add_constant("", tensor);
  Value& value = graph.value(id);
  value.constant = tensor;
  value.dtype = tensor.dtype();
  value.shape = scratch.value(made).shape;
  value.known = scratch.value(made).known;
}

class Inference {
 public:
  Inference(Graph& graph, PassContext& context) : graph_(graph), context_(context), replaced_(graph.values.size()) {}

  Status run() {
    std::deque<Node> pending(std::make_move_iterator(graph_.nodes.begin()),
                             std::make_move_iterator(graph_.nodes.end()));
    graph_.nodes.clear();
    while (!pending.empty()) {
      Node node = std::move(pending.front());
      pending.pop_front();
      replaced_.apply(node);
      if (node.core) {  // lowered already: its types are known
        graph_.nodes.push_back(std::move(node));
        continue;
      }
      forget(graph_, node);
      pass_constants(node);
      if (const auto block = taken(node)) {
        std::vector<Node> body = inline_block(node, *block);
        pending.insert(pending.begin(), std::make_move_iterator(body.begin()), std::make_move_iterator(body.end()));
        continue;
      }
      WALLE_TRY(graph::infer_so_far(graph_, node));
      if (WALLE_TRY(fold(node))) continue;
      graph_.nodes.push_back(std::move(node));
    }
    replaced_.apply_outputs(graph_);
    return {};
  }

 private:
  /// True if the node's results are constants now.
  Result<bool> fold(const Node& node) {
    if (node.op->op_class == OpClass::control) return false;
    // Passes want to see integers; `fold` computes what is left of these after lowering.
    if (node.op->name == "DequantizeLinear") return false;
    bool all = true;
    for (const ValueId id : node.results) {
      if (id == kNoValue) continue;
      const auto tensor = tensor_of(graph_.value(id));
      if (tensor) set_constant(graph_, id, *tensor);
      all = all && tensor;
    }
    if (all) return true;
    if (!foldable(graph_, node, context_)) return false;
    const auto results = evaluate(graph_, node, context_);
    if (!results) {
      // What cannot be computed ahead may still run; only its error would be lost if the plan fails for it, too.
      if (results.error().code == ErrorCode::unsupported) return false;
      return fail(results.error());
    }
    for (size_t i = 0; i < node.results.size(); ++i) {
      if (node.results[i] != kNoValue) set_constant(graph_, node.results[i], (*results)[i]);
    }
    return true;
  }

  /// Captured constants are constants in the blocks as well. Captures are the last operands and block inputs.
  void pass_constants(Node& node) {
    if (node.blocks.empty()) return;
    const size_t captures = captures_of(node);
    for (auto& block : node.blocks) {
      for (size_t i = 1; i <= std::min(captures, block->inputs.size()); ++i) {
        const ValueId id = node.operands[node.operands.size() - i];
        if (id == kNoValue || !graph_.value(id).constant) continue;
        set_constant(*block, block->inputs[block->inputs.size() - i], *graph_.value(id).constant);
      }
    }
  }

  static size_t captures_of(const Node& node) {
    size_t first = 0;  // operand of the first capture
    if (node.op->name == "If") {
      first = 1;
    } else if (node.op->name == "Loop") {
      const auto carried = graph::attribute_int(node.attributes, "carried", 0);
      first = 2 + static_cast<size_t>(std::max<int64_t>(0, carried.value_or(0)));
    } else {
      const auto captures = graph::attribute_int(node.attributes, "captures", 0).value_or(0);
      first =
          node.operands.size() - std::min(node.operands.size(), static_cast<size_t>(std::max<int64_t>(0, captures)));
    }
    return node.operands.size() - std::min(node.operands.size(), first);
  }

  /// The block that an If with a known condition runs.
  [[nodiscard]] std::optional<size_t> taken(const Node& node) const {
    if (node.op->name != "If" || node.blocks.size() != 2 || node.operands.empty() || node.operands[0] == kNoValue)
      return std::nullopt;
    const Value& condition = graph_.value(node.operands[0]);
    if (condition.constant && condition.constant->count() == 1)
      return *static_cast<const uint8_t*>(condition.constant->data()) != 0 ? 0 : 1;
    if (!condition.known || condition.known->size() != 1 || !(*condition.known)[0].known()) return std::nullopt;
    return (*condition.known)[0].value() != 0 ? 0 : 1;
  }

  /// Moves a block's nodes into this graph; its outputs replace the node's results.
  std::vector<Node> inline_block(Node& node, size_t index) {
    Graph& block = *node.blocks[index];
    std::vector<ValueId> moved(block.values.size(), kNoValue);
    for (size_t i = 0; i < block.inputs.size() && i + 1 < node.operands.size(); ++i)
      moved[static_cast<size_t>(block.inputs[i])] = node.operands[i + 1];
    for (size_t v = 0; v < block.values.size(); ++v) {
      if (moved[v] != kNoValue) continue;
      Value value = block.values[v];
      value.name = node.name + "/" + value.name;
      if (!value.constant) {
        value.shape.reset();
        value.known.reset();
      }
      moved[v] = graph_.add_value(std::move(value));
    }
    for (Node& inner : block.nodes) {
      inner.name = node.name + "/" + inner.name;
      for (ValueId& id : inner.operands) id = id == kNoValue ? id : moved[static_cast<size_t>(id)];
      for (ValueId& id : inner.results) id = id == kNoValue ? id : moved[static_cast<size_t>(id)];
    }
    for (size_t i = 0; i < node.results.size() && i < block.outputs.size(); ++i) {
      if (node.results[i] != kNoValue)
        replaced_.set(node.results[i], replaced_.resolve(moved[static_cast<size_t>(block.outputs[i])]));
    }
    return std::move(block.nodes);
  }

  Graph& graph_;
  PassContext& context_;
  Replacements replaced_;
};

Status run(Graph& graph, PassContext& context) {
  graph.inferences = 0;
  return Inference(graph, context).run();
}

Status run_fold_core(Graph& graph, PassContext& context) {
  std::vector<Node> kept;
  for (Node& node : graph.nodes) {
    if (!node.core || !foldable(graph, node, context)) {
      kept.push_back(std::move(node));
      continue;
    }
    const auto results = evaluate(graph, node, context);
    if (!results) {
      kept.push_back(std::move(node));
      continue;
    }
    for (size_t i = 0; i < node.results.size(); ++i) {
      if (node.results[i] != kNoValue) set_constant(graph, node.results[i], (*results)[i]);
    }
  }
  graph.nodes = std::move(kept);
  return {};
}

}  // namespace

extern const PassDef kInfer;
const PassDef kInfer = {
    .name = "infer", .what = "dtypes, shapes, known values; constant nodes and branches folded", .run = run};
extern const PassDef kFoldCore;
const PassDef kFoldCore = {
    .name = "fold", .what = "evaluate lowered nodes with constant operands", .run = run_fold_core};

}  // namespace walle::passes
