#include "libwalle/ops/rules/constants.h"
#include "libwalle/ops/rules/forest.h"

namespace walle::ops {
namespace {

using rules::Branch;
using rules::Forest;
using rules::ForestNode;

constexpr int kMember = 6;

Result<std::vector<double>> numbers(const NodeView& node, std::string_view name) {
  const auto* tensor = WALLE_TRY(rules::attribute_tensor(node, name));
  std::vector<double> values;
  for (int64_t i = 0; tensor != nullptr && i < tensor->count(); ++i) values.push_back(rules::element(*tensor, i));
  return values;
}

/// The attributes nodes_* as columns.
struct Columns {
  std::vector<double> modes, splits;
  Ints features, yes, yes_leaf, no, no_leaf, nan;
};

Result<Columns> columns_of(const NodeView& node) {
  Columns c;
  c.modes = WALLE_TRY(numbers(node, "nodes_modes"));
  c.splits = WALLE_TRY(numbers(node, "nodes_splits"));
  const size_t count = c.modes.size();
  const std::pair<std::string_view, Ints*> lists[] = {
      {"nodes_featureids", &c.features}, {"nodes_truenodeids", &c.yes},    {"nodes_trueleafs", &c.yes_leaf},
      {"nodes_falsenodeids", &c.no},     {"nodes_falseleafs", &c.no_leaf}, {"nodes_missing_value_tracks_true", &c.nan}};
  for (const auto& [name, list] : lists) {
    *list = WALLE_TRY(node.attribute_ints(name, Ints(count, 0)));
    if (list->empty()) list->assign(count, 0);
    if (list->size() != count) return node.fail(ErrorCode::invalid_argument, "attributes nodes_* differ in length");
  }
  if (c.splits.size() != count) return node.fail(ErrorCode::invalid_argument, "attributes nodes_* differ in length");
  return c;
}

/// A test for membership is a chain of tests for equality: `node` is the first, the others come behind all nodes.
void expand_member(Forest& forest, size_t node, std::span<const double> members) {
  const ForestNode whole = forest.nodes[node];
  size_t at = node;
  for (size_t i = 0; i < members.size(); ++i) {
    forest.nodes[at].value = members[i];
    if (i + 1 == members.size()) break;
    forest.nodes[at].no = std::ssize(forest.nodes);
    at = forest.nodes.size();
    forest.nodes.push_back(whole);
  }
}

/// The sets of values, one for each node that tests for membership, each ended by NaN.
Status expand_members(const NodeView& node, Forest& forest, const std::vector<double>& modes) {
  const auto values = WALLE_TRY(numbers(node, "membership_values"));
  size_t next = 0;
  for (size_t i = 0; i < modes.size(); ++i) {
    if (modes[i] != kMember) continue;
    size_t end = next;
    while (end < values.size() && values[end] == values[end]) ++end;
    if (end == next) return node.fail(ErrorCode::invalid_argument, "membership_values has too few sets");
    expand_member(forest, i, std::span(values).subspan(next, end - next));
    next = end + 1;
  }
  return {};
}

/// Inner nodes first, then leaves.
Result<Forest> forest_of(const NodeView& node) {
  const Columns c = WALLE_TRY(columns_of(node));
  const Ints leaf_targets = WALLE_TRY(node.attribute_ints("leaf_targetids", {}));
  const auto leaf_weights = WALLE_TRY(numbers(node, "leaf_weights"));
  if (leaf_targets.size() != leaf_weights.size())
    return node.fail(ErrorCode::invalid_argument, "attributes leaf_* differ in length");
  const auto inner = std::ssize(c.modes);
  Forest forest;
  forest.roots = WALLE_TRY(node.attribute_ints("tree_roots", {}));
  forest.targets = WALLE_TRY(node.attribute_int("n_targets", 1));
  const int64_t aggregate = WALLE_TRY(node.attribute_int("aggregate_function", 1));
  const int64_t transform = WALLE_TRY(node.attribute_int("post_transform", 0));
  if (aggregate < 0 || aggregate > 3 || transform < 0 || transform > 4)
    return node.fail(ErrorCode::invalid_argument, "aggregate_function or post_transform is not known");
  forest.aggregate = static_cast<rules::Aggregate>(aggregate);
  forest.transform = static_cast<rules::ScoreTransform>(transform);
  for (size_t i = 0; i < c.modes.size(); ++i) {
    if (c.modes[i] < 0 || c.modes[i] > kMember) return node.fail(ErrorCode::invalid_argument, "a mode is not known");
    const Branch branch = c.modes[i] == kMember ? Branch::equal : static_cast<Branch>(static_cast<int>(c.modes[i]));
    const auto target = [&](int64_t id, int64_t leaf) {  // a number that overflows is no node
      int64_t shifted = id;
      return leaf != 0 && __builtin_add_overflow(id, inner, &shifted) ? int64_t{-1} : shifted;
    };
    forest.nodes.push_back({branch, c.features[i], c.splits[i], target(c.yes[i], c.yes_leaf[i]),
                            target(c.no[i], c.no_leaf[i]), c.nan[i] != 0});
  }
  for (size_t i = 0; i < leaf_targets.size(); ++i) {
    forest.leaves.push_back({std::ssize(forest.nodes), leaf_targets[i], leaf_weights[i]});
    forest.nodes.emplace_back();
  }
  WALLE_TRY(expand_members(node, forest, c.modes));
  return forest;
}

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  return rules::infer_forest(node, context, dtype, WALLE_TRY(node.attribute_int("n_targets", 1)));
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const Forest forest = WALLE_TRY(forest_of(node));
  rules::Formula f(builder);
  return f.results({WALLE_TRY(rules::evaluate_forest(node, forest, f.of(node.operand(0))))});
}

}  // namespace

extern const OpDef kTreeEnsemble = {
    .name = "TreeEnsemble",
    .domain = "ai.onnx.ml",
    .formula = "y[n,t] = Σ (mean, min, max) over the trees of the weight of the leaf that x[n] leads to",
    .op_class = OpClass::composite,
    .operands = {1, 1},
    .results = {1, 1},
    .attributes =
        "aggregate_function:int=1, leaf_targetids:ints, leaf_weights:tensor, membership_values:tensor?, "
        "n_targets:int=1, nodes_falseleafs:ints, nodes_falsenodeids:ints, nodes_featureids:ints, "
        "nodes_hitrates:tensor?, nodes_missing_value_tracks_true:ints?, nodes_modes:tensor, "
        "nodes_splits:tensor, nodes_trueleafs:ints, nodes_truenodeids:ints, post_transform:int=0, "
        "tree_roots:ints",
    .infer = infer,
    .decompose = decompose};

}  // namespace walle::ops
