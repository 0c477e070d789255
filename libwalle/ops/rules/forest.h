#pragma once

#include "libwalle/ops/rules/scores.h"

// Decision trees: all trees of a forest walk down together, one level at a time.
namespace walle::ops::rules {

/// How a node compares its feature with its value; in the order of ONNX's numbers.
enum class Branch : uint8_t { less_equal, less, greater_equal, greater, equal, not_equal, leaf };

struct ForestNode {
  Branch branch = Branch::leaf;
  int64_t feature = 0;
  double value = 0;
  int64_t yes = 0, no = 0;  ///< positions in Forest::nodes; a leaf has none
  bool nan_is_yes = false;
};

struct Leaf {
  int64_t node = 0, target = 0;
  double weight = 0;
};

enum class Aggregate : uint8_t { average, sum, min, max };

struct Forest {
  std::vector<ForestNode> nodes;
  Ints roots;
  std::vector<Leaf> leaves;
  std::vector<double> base;  ///< of each target; empty: 0
  int64_t targets = 1;
  Aggregate aggregate = Aggregate::sum;
  ScoreTransform transform = ScoreTransform::none;
};

/// [N, targets] of x [N, features], in the same float dtype. Errors: invalid_argument for a forest whose nodes are no
/// trees or name what does not exist.
[[nodiscard]] Result<Term> evaluate_forest(const NodeView& node, const Forest& forest, Term x);
/// Shape rule: [N, targets].
[[nodiscard]] Status infer_forest(const NodeView& node, InferContext& context, DType dtype, int64_t targets);

}  // namespace walle::ops::rules
