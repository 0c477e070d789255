#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <walle/engine/any_value.h>

#include "kernels/abi/families.h"
#include "libwalle/graph/attributes.h"
#include "libwalle/graph/shape.h"

namespace walle::graph {

struct OpDef;
class Graph;

/// Index of a value in its graph; stable as long as the graph lives. kNoValue: an optional operand that is absent.
using ValueId = int32_t;
inline constexpr ValueId kNoValue = -1;

/// What kind of thing a value is. Plans know tensors alone; the others live between the plans of a staged run.
using engine::ValueKind;

/// A value in SSA form: made once, by a node, or an input, or a constant.
struct Value {
  std::string name;  ///< as in the source file; unique in the graph
  ValueKind kind = ValueKind::tensor;
  std::optional<DType> dtype;              ///< nullopt until inferred; of a container: its elements'
  std::optional<Shape> shape;              ///< nullopt: rank unknown
  std::optional<engine::Tensor> constant;  ///< weights and folded values
  std::optional<std::vector<Dim>> known;  ///< elements of an integer tensor of rank ≤ 1, where propagation knows them
};

/// How a node reads an operand that does not lie densely: element (i, j, …) of `dims` is element
/// offset + i*strides[0] + … of the operand's value. Made where a raster is absorbed.
struct OperandView {
  int64_t offset = 0;
  Extents dims;
  Extents strides;
};

/// A node in terms of kernel families alone, after decomposition. Operands are the node's operands, in the family's
/// order; the epilogue's operands come after those of the family.
struct CoreForm {
  FamilyAttributes attributes;
  Epilogue epilogue;
  std::vector<Region> regions;  ///< raster only: regions that write result 0; Region::source is an operand's position
  std::vector<std::optional<OperandView>> views;  ///< by operand; shorter or nullopt: dense, with its value's shape
};

struct Node {
  std::string name;               ///< as in the source file, or derived from it: "Conv_12/bias"
  const OpDef* op = nullptr;      ///< never null; after lowering it still names where the node came from
  std::vector<ValueId> operands;  ///< kNoValue for absent optional ones
  std::vector<ValueId> results;   ///< kNoValue for results nobody asked for
  Attributes attributes;
  std::vector<std::unique_ptr<Graph>> blocks;  ///< bodies of If (then, else), Loop, Scan; see below
  std::optional<CoreForm> core;                ///< set by lowering
};

/// A graph: values and nodes in topological order, owned as plain vectors; passes rewrite it.
/// Blocks see nothing of their surroundings: a value captured from outside is an operand of the control node and an
/// input of the block. If: operands (condition, captures…), each block's inputs are the captures. Loop: operands (trip
/// count, condition, carried…, captures…), block inputs (iteration, condition, carried…, captures…), block outputs
/// (condition, carried…, scanned…). The number of carried values is the attribute "carried". Scan: as ONNX, captures
/// last.
class Graph {
 public:
  std::string name;
  std::vector<Value> values;
  std::vector<Node> nodes;
  std::vector<ValueId> inputs;  ///< without initialisers
  std::vector<ValueId> outputs;
  std::vector<std::string> symbols;             ///< names of symbolic dimensions; index = Symbol
  std::map<std::string, std::string> metadata;  ///< of the source file; top graph only
  int64_t inferences = 0;  ///< nodes inferred so far, those of blocks each time; bounded (op.h); clones begin at 0

  [[nodiscard]] Value& value(ValueId id) { return values[static_cast<size_t>(id)]; }
  [[nodiscard]] const Value& value(ValueId id) const { return values[static_cast<size_t>(id)]; }
  ValueId add_value(Value value) {
    values.push_back(std::move(value));
    return static_cast<ValueId>(values.size()) - 1;
  }
  ValueId add_constant(std::string name, engine::Tensor tensor);
  /// A new symbol; names need not be unique.
  [[nodiscard]] Dim fresh_symbol(std::string name);

  /// A deep copy (constants are shared). Used to specialise a model's graph for concrete shapes.
  [[nodiscard]] Graph clone() const;
};

/// Checks what every pass relies on: ids in range, values made once and before use, blocks' arity, operand and result
/// counts of each op's signature, attributes' types. Errors: invalid_argument that names node and operator.
[[nodiscard]] Status verify(const Graph& graph);

/// The graph as text, one node a line, for `walle-model info --graph` and for reading passes' output.
[[nodiscard]] std::string to_text(const Graph& graph);

}  // namespace walle::graph
