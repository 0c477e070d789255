#include <algorithm>

#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/tree_columns.h"

namespace walle::ops {
namespace {

using rules::Forest;
using rules::Formula;
using rules::ScoreTransform;
using rules::Term;

/// True if every sample gets a score of this class: all leaves of some tree have one.
bool always_scored(const Forest& forest, int64_t target) {
  std::vector<bool> scored(forest.nodes.size(), false);
  for (const rules::Leaf& leaf : forest.leaves) {
    if (leaf.target == target && leaf.node >= 0 && leaf.node < std::ssize(forest.nodes))
      scored[static_cast<size_t>(leaf.node)] = true;
  }
  return std::any_of(forest.roots.begin(), forest.roots.end(), [&](int64_t root) {
    Ints open = {root};
    size_t steps = 0;  // what is no tree ends as well; evaluate_forest refuses it
    while (!open.empty() && steps++ < forest.nodes.size()) {
      const int64_t at = open.back();
      open.pop_back();
      if (at < 0) return false;
      const rules::ForestNode& one = forest.nodes[static_cast<size_t>(at)];
      if (one.branch == rules::Branch::leaf && !scored[static_cast<size_t>(at)]) return false;
      if (one.branch != rules::Branch::leaf) open.insert(open.end(), {one.yes, one.no});
    }
    return open.empty();
  });
}

/// The class with the highest score among those that some leaf scored, as in ONNX Runtime. scores: [N, classes].
Result<Term> best_class(const NodeView& node, const Forest& forest, Term x, Term scores) {
  bool all = true;
  for (int64_t target = 0; all && target < forest.targets; ++target) all = always_scored(forest, target);
  if (!all) {
    Forest votes = forest;
    for (rules::Leaf& leaf : votes.leaves) leaf.weight = 1;
    votes.base.clear();
    const Term count = WALLE_TRY(rules::evaluate_forest(node, votes, x));
    scores = where(compare("Greater", count, 0), scores, scores.number(-std::numeric_limits<float>::max()));
  }
  return scores.apply("ArgMax", {{"axis", int64_t{1}}, {"keepdims", int64_t{0}}});
}

/// Two classes of which the leaves score only one, `scored`: its score decides, against 1/2 if all weights are
/// positive (probabilities), else against 0. What the other class then shows follows ONNX Runtime.
Replacement decide_alone(Formula& f, const Forest& forest, const Ints& labels, int64_t scored, Term scores,
                         ScoreTransform transform) {
  const bool probability =
      std::all_of(forest.leaves.begin(), forest.leaves.end(), [](const rules::Leaf& leaf) { return leaf.weight >= 0; });
  const Term score = scores.slice(1, scored, scored + 1);
  const Term label =
      rules::chosen_above(labels, score.reshape({score.dims().empty() ? 0 : score.dims()[0]}), probability ? 0.5 : 0);
  if (scored == 1) {
    const Term both = rules::concat({score * 0, score}, 1);
    return f.results({label, transformed(both, transform).cast(DType::f32)});
  }
  return f.results({label, rules::both_of_one(probability ? 1 - score : -score, score, transform).cast(DType::f32)});
}

Result<Ints> labels_of(const NodeView& node) {
  Ints labels = WALLE_TRY(rules::class_labels(node, "classlabels_int64s"));
  if (labels.size() < 2) return node.fail(ErrorCode::unsupported, "needs two classes or more in classlabels_int64s");
  return labels;
}

Status infer(const NodeView& node, InferContext& context) {
  const Dim count = WALLE_TRY(rules::sample_count(node, context));
  context.set(0, DType::i64, {count});
  context.set(1, DType::f32, {count, Dim(std::ssize(WALLE_TRY(labels_of(node))))});
  return {};
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const Ints labels = WALLE_TRY(labels_of(node));
  Forest forest = WALLE_TRY(rules::forest_of_columns(node, "class", std::ssize(labels)));
  const ScoreTransform transform = std::exchange(forest.transform, ScoreTransform::none);
  if (forest.leaves.empty()) return node.fail(ErrorCode::invalid_argument, "no leaf has a weight");
  Formula f(builder);
  const Term x = WALLE_TRY(rules::sample_rows(node, f));
  const int64_t first = forest.leaves.front().target;
  const bool alone = labels.size() == 2 && std::all_of(forest.leaves.begin(), forest.leaves.end(),
                                                       [&](const rules::Leaf& leaf) { return leaf.target == first; });
  if (alone && forest.base.size() == 1) forest.base = {forest.base[0], forest.base[0]};
  const Term scores = WALLE_TRY(rules::evaluate_forest(node, forest, x));
  if (alone) return decide_alone(f, forest, labels, first, scores, transform);
  const Term label = rules::chosen(labels, WALLE_TRY(best_class(node, forest, x, scores)));
  return f.results({label, transformed(scores, transform).cast(DType::f32)});
}

}  // namespace

extern const OpDef kTreeEnsembleClassifier = {
    .name = "TreeEnsembleClassifier",
    .domain = "ai.onnx.ml",
    .formula =
        "z[n,c] = Σ over the trees of the weight of class c in the leaf that x[n] leads to; y[n] = label of the "
        "largest",
    .op_class = OpClass::composite,
    .operands = {1, 1},
    .results = {2, 2},
    .attributes =
        "class_ids:ints, class_nodeids:ints, class_treeids:ints, class_weights:floats?, "
        "class_weights_as_tensor:tensor?, classlabels_int64s:ints?, classlabels_strings:strings?, " WALLE_TREE_COLUMNS,
    .infer = infer,
    .decompose = decompose};

}  // namespace walle::ops
