#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "libwalle/graph/graph.h"

namespace walle::graph {

class GraphBuilder;
class OpTable;

/// atomic: one kernel family. transform: pure data movement → raster. composite: a formula over other ops.
/// control: runs blocks. container: sequences and optionals. host: the size of the result is only known once it has
/// been computed. The last two are carried out between plans.
enum class OpClass : uint8_t { atomic, transform, composite, control, container, host };

/// A node and its graph, read-only, for an OpDef's functions. Cheap to copy; valid during the call.
class NodeView {
 public:
  NodeView(const Graph& graph, const Node& node) : graph_(&graph), node_(&node) {}

  [[nodiscard]] const Node& node() const { return *node_; }
  [[nodiscard]] const Graph& graph() const { return *graph_; }
  [[nodiscard]] size_t operand_count() const { return node_->operands.size(); }
  [[nodiscard]] size_t result_count() const { return node_->results.size(); }
  /// False if the operand is absent or not given.
  [[nodiscard]] bool has(size_t operand) const {
    return operand < node_->operands.size() && node_->operands[operand] != kNoValue;
  }
  [[nodiscard]] ValueId operand(size_t i) const { return i < node_->operands.size() ? node_->operands[i] : kNoValue; }
  /// Requires: has(i).
  [[nodiscard]] const Value& value(size_t i) const { return graph_->value(node_->operands[i]); }
  [[nodiscard]] const Value& result(size_t i) const { return graph_->value(node_->results[i]); }

  /// dtype, shape and concrete dims of an operand. Errors: invalid_argument naming node, operator and operand, if
  /// absent or not known (dims: if symbolic).
  [[nodiscard]] Result<DType> dtype(size_t operand) const;
  [[nodiscard]] Result<Shape> shape(size_t operand) const;
  [[nodiscard]] Result<std::vector<int64_t>> dims(size_t operand) const;
  [[nodiscard]] Result<std::vector<int64_t>> result_dims(size_t result) const;
  /// The elements of a constant or known integer operand (rank ≤ 1). Errors: unsupported naming the operand: "the shape
  /// depends on data of …".
  [[nodiscard]] Result<std::vector<int64_t>> ints(size_t operand) const;
  /// The same symbolically; nullopt if they are not known.
  [[nodiscard]] std::optional<std::vector<Dim>> known(size_t operand) const;
  /// A constant operand's tensor, or null.
  [[nodiscard]] const engine::Tensor* constant(size_t operand) const;

  [[nodiscard]] Result<int64_t> attribute_int(std::string_view name, int64_t fallback) const {
    return graph::attribute_int(node_->attributes, name, fallback);
  }
  [[nodiscard]] Result<float> attribute_float(std::string_view name, float fallback) const {
    return graph::attribute_float(node_->attributes, name, fallback);
  }
  [[nodiscard]] Result<std::string> attribute_string(std::string_view name, std::string_view fallback) const {
    return graph::attribute_string(node_->attributes, name, fallback);
  }
  [[nodiscard]] Result<std::vector<int64_t>> attribute_ints(std::string_view name,
                                                            std::vector<int64_t> fallback) const {
    return graph::attribute_ints(node_->attributes, name, std::move(fallback));
  }
  [[nodiscard]] bool has_attribute(std::string_view name) const {
    return graph::has_attribute(node_->attributes, name);
  }
  /// axis in [-rank, rank) → [0, rank). Errors: invalid_argument naming node, operator and the range.
  [[nodiscard]] Result<int64_t> axis(int64_t axis, int64_t rank) const;
  /// An error that starts with "node 'NAME' (OP): ".
  [[nodiscard]] tl::unexpected<Error> fail(ErrorCode code, std::string_view message) const;

 private:
  const Graph* graph_;
  const Node* node_;
};

/// Where `infer` writes. One call infers all results of one node.
class InferContext {
 public:
  virtual ~InferContext() = default;
  virtual void set(size_t result, DType dtype, Shape shape) = 0;
  /// The result's dtype is known, its shape is not (it depends on data).
  virtual void set_unknown_shape(size_t result, DType dtype) = 0;
  /// The result is a sequence or an optional; dtype of its elements, if it is known.
  virtual void set_container(size_t result, ValueKind kind, std::optional<DType> dtype) = 0;
  /// Nothing can be said yet of the result's shape; what is known of its dtype stays.
  virtual void set_unknown(size_t result) = 0;
  /// Elements of an integer result of rank ≤ 1 (Shape, and arithmetic on it).
  virtual void set_known(size_t result, std::vector<Dim> elements) = 0;
  [[nodiscard]] virtual Dim fresh(std::string_view hint) = 0;
  /// Infers a block with these inputs (dtype, shape, constant and known are taken over); its outputs then have types.
  [[nodiscard]] virtual Result<std::vector<Value>> infer_block(size_t block, std::span<const Value> inputs) = 0;
};

/// Runs the blocks of a node that is carried out.
class BlockRunner {
 public:
  virtual ~BlockRunner() = default;
  /// Runs block `block` once; inputs and outputs in its order. Errors: what the block's nodes say; cancelled,
  /// deadline_exceeded, resource_exhausted.
  [[nodiscard]] virtual Result<std::vector<engine::AnyValue>> run(size_t block,
                                                                  std::vector<engine::AnyValue> inputs) = 0;
  /// Says that the node now holds `bytes` more between two runs. Errors: resource_exhausted.
  [[nodiscard]] virtual Status hold(int64_t bytes) = 0;
};

/// Number and names of operands or results: min ≤ count ≤ max (max -1: any).
struct Arity {
  int min = 1;
  int max = 1;
};

/// An operator: one const object in its own file `libwalle/ops/<op>.cpp`, named after the file (`kHardSwish`).
struct OpDef {
  std::string_view name;     ///< ONNX's name: "HardSwish"
  std::string_view domain;   ///< "" for ai.onnx
  std::string_view formula;  ///< one line of mathematics: "y = x * max(0, min(1, x/6 + 1/2))"
  OpClass op_class{};
  Arity operands, results;
  /// Names with ONNX types, limits and defaults: "axis:int=-1, group:int(1..)=1, mode:string(a|b)=a, perm:ints?"
  /// (signature.h). Verification refuses all others.
  std::string_view attributes;
  /// (optional) Rewrites a node of an older opset into the newest form in place (attributes to operands and the like).
  Status (*upgrade)(Node&, int opset, GraphBuilder&) = nullptr;
  /// dtype and shape of the results, symbolic dimensions allowed. Also the check that the operands fit.
  Status (*infer)(const NodeView&, InferContext&) = nullptr;
  /// Everything below runs with concrete shapes.
  /// composite: always. atomic (optional): where this node is not in the family's canonical form (a reduction that
  /// drops axes, a vector in a matrix product) it returns the replacement, else nullopt. Replacement values in result
  /// order.
  Result<std::optional<std::vector<ValueId>>> (*decompose)(const NodeView&, GraphBuilder&) = nullptr;
  /// atomic: the family's attributes and epilogue; the node's operands are the family's.
  Result<CoreForm> (*atomic)(const NodeView&) = nullptr;
  /// transform: regions that make result `result` from the operands.
  Result<std::vector<Region>> (*regions)(const NodeView&, size_t result) = nullptr;
  /// (optional) What has no plan: containers, and control nodes whose values change their shape. Called between the
  /// plans of a staged run with the values of the operands (absent: not given); returns those of the results.
  Result<std::vector<engine::AnyValue>> (*carry_out)(const NodeView&, std::span<const engine::AnyValue> operands,
                                                     BlockRunner&) = nullptr;
  /// (optional) atomic: gradients of the operands given those of the results (kNoValue where there is none).
  Result<std::vector<ValueId>> (*gradient)(const NodeView&, std::span<const ValueId> result_gradients,
                                           GraphBuilder&) = nullptr;
  /// Draws numbers: never computed ahead, never merged with an equal node.
  bool random = false;
};

/// The operators known to this build. The table itself is injected (libwalle/ops makes it), so graph knows no operator.
class OpTable {
 public:
  explicit OpTable(std::span<const OpDef* const> defs);
  /// Null if unknown.
  [[nodiscard]] const OpDef* find(std::string_view domain, std::string_view name) const;
  [[nodiscard]] std::span<const OpDef* const> all() const { return defs_; }

 private:
  std::span<const OpDef* const> defs_;
  std::map<std::pair<std::string_view, std::string_view>, const OpDef*> by_name_;
};

/// Appends nodes to a graph in order. What a decomposition may use: other ops, constants, rasters, nothing else.
/// Every op is inferred at once, so the shapes of its results can be asked. Names are derived from `prefix`.
class GraphBuilder {
 public:
  GraphBuilder(Graph& graph, const OpTable& table, std::string prefix)
      : graph_(&graph), table_(&table), prefix_(std::move(prefix)) {}

  /// Errors: internal for an unknown op; else what the op's infer says.
  [[nodiscard]] Result<std::vector<ValueId>> op(std::string_view name, std::vector<ValueId> operands,
                                                Attributes attributes = {}, size_t results = 1,
                                                std::vector<std::unique_ptr<Graph>> blocks = {});
  /// The same for an op with one result.
  [[nodiscard]] Result<ValueId> one(std::string_view name, std::vector<ValueId> operands, Attributes attributes = {});
  [[nodiscard]] ValueId constant(engine::Tensor tensor);
  /// A scalar of this dtype (rounded to it).
  [[nodiscard]] ValueId scalar(DType dtype, double value);
  /// An i64 vector.
  [[nodiscard]] ValueId ints(std::span<const int64_t> values);
  /// A raster node: regions read `operands` by position and write a tensor of `dims`; elements no region writes are 0.
  [[nodiscard]] Result<ValueId> raster(std::vector<ValueId> operands, DType dtype, std::span<const int64_t> dims,
                                       std::vector<Region> regions);

  [[nodiscard]] Graph& graph() { return *graph_; }
  [[nodiscard]] const Value& value(ValueId id) const { return graph_->value(id); }
  [[nodiscard]] Result<std::vector<int64_t>> dims(ValueId id) const;
  [[nodiscard]] const OpTable& table() const { return *table_; }
  /// What the names of the nodes that are made begin with.
  [[nodiscard]] const std::string& prefix() const { return prefix_; }

 private:
  Graph* graph_;
  const OpTable* table_;
  std::string prefix_;
  int next_ = 0;
};

/// Most nodes that one graph infers, those of its blocks each time anew: loops in loops infer their bodies again and
/// again, and a decomposition may be asked for a million steps.
inline constexpr int64_t kMaxInferences = 1 << 20;

/// Infers dtype, shape and known values of a node's results (passes/infer and GraphBuilder share it).
/// Errors: what the op's infer says; unsupported for an op without infer; resource_exhausted past kMaxInferences.
[[nodiscard]] Status infer_node(Graph& graph, Node& node);

/// The same where operands may not be known yet (their shape or value depends on data): then the results stay unknown.
/// Errors: those that no data can heal.
[[nodiscard]] Status infer_so_far(Graph& graph, Node& node);

/// The op of raster nodes: transform, made by lowering and by GraphBuilder::raster.
[[nodiscard]] const OpDef& raster_op();

}  // namespace walle::graph
