#include "libwalle/ops/rules/forest.h"

#include <algorithm>
#include <array>
#include <limits>
#include <set>

#include "libwalle/ops/rules/shapes.h"

namespace walle::ops::rules {
namespace {

constexpr int64_t kMaxTargets = 1 << 16;
constexpr int64_t kMaxWeights = int64_t{1} << 28;
constexpr std::array<std::string_view, 6> kComparisons = {"LessOrEqual", "Less",  "GreaterOrEqual",
                                                          "Greater",     "Equal", "Equal"};

/// Levels of the deepest tree. Every inner node has one parent, so walking ends.
Result<int64_t> depth_of(const NodeView& node, const Forest& forest, int64_t features) {
  const auto count = std::ssize(forest.nodes);
  std::vector<bool> seen(forest.nodes.size(), false);
  Ints level = forest.roots;
  int64_t depth = 0;
  while (!level.empty()) {
    Ints next;
    for (const int64_t id : level) {
      if (id < 0 || id >= count) return node.fail(ErrorCode::invalid_argument, "a branch leads to no node");
      const ForestNode& one = forest.nodes[static_cast<size_t>(id)];
      if (one.branch == Branch::leaf) continue;
      if (seen[static_cast<size_t>(id)]) return node.fail(ErrorCode::invalid_argument, "its nodes are no trees");
      if (one.feature < 0 || one.feature >= features)
        return node.fail(ErrorCode::invalid_argument, "feature " + std::to_string(one.feature) + " does not exist");
      seen[static_cast<size_t>(id)] = true;
      next.insert(next.end(), {one.yes, one.no});
    }
    depth += next.empty() ? 0 : 1;
    level = std::move(next);
  }
  return depth;
}

/// One number of each node as a vector.
template <class Get>
Term column(Formula& f, const Forest& forest, DType dtype, Get get) {
  std::vector<double> values;
  for (size_t i = 0; i < forest.nodes.size(); ++i) values.push_back(get(forest.nodes[i], static_cast<double>(i)));
  return f.constant(values, Ints{std::ssize(forest.nodes)}, dtype);
}

class Walk {
 public:
  Walk(Formula& f, const Forest& forest, Term x) : f_(f), x_(x) {
    feature_ =
        column(f, forest, DType::i64, [](const ForestNode& n, double) { return static_cast<double>(n.feature); });
    value_ = column(f, forest, x.dtype(), [](const ForestNode& n, double) { return n.value; });
    yes_ = column(f, forest, DType::i64, [](const ForestNode& n, double i) {
      return n.branch == Branch::leaf ? i : static_cast<double>(n.yes);
    });
    no_ = column(f, forest, DType::i64, [](const ForestNode& n, double i) {
      return n.branch == Branch::leaf ? i : static_cast<double>(n.no);
    });
    branch_ = column(f, forest, DType::i64, [](const ForestNode& n, double) { return static_cast<double>(n.branch); });
    nan_ = column(f, forest, DType::boolean, [](const ForestNode& n, double) { return n.nan_is_yes ? 1.0 : 0.0; });
    for (const ForestNode& n : forest.nodes) {
      if (n.branch != Branch::leaf) kinds_.insert(n.branch);
      tracks_nan_ = tracks_nan_ || n.nan_is_yes;
    }
  }

  /// One level down; leaves stay where they are. at: [N, trees].
  Term step(Term at) {
    const Term x = f_.op("GatherElements", {x_, pick(feature_, at)}, {{"axis", int64_t{1}}});
    Term yes = decide(at, x, pick(value_, at));
    if (tracks_nan_) yes = f_.op("Or", {yes, f_.op("And", {x.apply("IsNaN"), pick(nan_, at)})});
    return where(yes, pick(yes_, at), pick(no_, at));
  }

 private:
  Term pick(Term column, Term at) { return f_.op("Gather", {column, at}, {{"axis", int64_t{0}}}); }

  Term decide(Term at, Term x, Term value) {
    Term yes;
    for (const Branch kind : kinds_) {
      Term one = compare(kComparisons[static_cast<size_t>(kind)], x, value);
      if (kind == Branch::not_equal) one = one.apply("Not");
      if (kinds_.size() > 1) one = f_.op("And", {one, compare("Equal", pick(branch_, at), static_cast<double>(kind))});
      yes = yes.id() == kNoValue ? one : f_.op("Or", {yes, one});
    }
    return yes;
  }

  Formula& f_;
  Term x_, feature_, value_, yes_, no_, branch_, nan_;
  std::set<Branch> kinds_;
  bool tracks_nan_ = false;
};

/// What each node adds to each target: [nodes, targets].
Result<Term> weights_of(const NodeView& node, Formula& f, const Forest& forest, DType dtype) {
  const double none = forest.aggregate == Aggregate::min   ? std::numeric_limits<double>::infinity()
                      : forest.aggregate == Aggregate::max ? -std::numeric_limits<double>::infinity()
                                                           : 0;
  if (std::ssize(forest.nodes) > kMaxWeights / forest.targets)
    return node.fail(ErrorCode::unsupported, "nodes times targets is more than 2^28");
  std::vector<double> table(forest.nodes.size() * static_cast<size_t>(forest.targets), none);
  for (const Leaf& leaf : forest.leaves) {
    const bool exists =
        leaf.node >= 0 && leaf.node < std::ssize(forest.nodes) && leaf.target >= 0 && leaf.target < forest.targets;
    if (!exists) return node.fail(ErrorCode::invalid_argument, "a leaf or its target does not exist");
    double& entry = table[static_cast<size_t>(leaf.node * forest.targets + leaf.target)];
    entry = entry == none ? leaf.weight : entry + leaf.weight;
  }
  return f.constant(table, Ints{std::ssize(forest.nodes), forest.targets}, dtype);
}

Term finished(Formula& f, const Forest& forest, Term y) {
  if (forest.aggregate == Aggregate::average) y = y / static_cast<double>(forest.roots.size());
  if (forest.aggregate == Aggregate::min || forest.aggregate == Aggregate::max)
    y = where(y.apply("IsInf"), f.number(y.dtype(), 0), y);
  if (std::ssize(forest.base) == forest.targets) y = y + f.constant(forest.base, Ints{1, forest.targets}, y.dtype());
  return transformed(y, forest.transform);
}

}  // namespace

Result<Term> evaluate_forest(const NodeView& node, const Forest& forest, Term x) {
  const Ints dims = x.dims();
  if (dims.size() != 2 || forest.roots.empty() || forest.targets < 1)
    return node.fail(ErrorCode::invalid_argument, "needs [N, features], a tree and a target");
  const int64_t depth = WALLE_TRY(depth_of(node, forest, dims[1]));
  Formula& f = x.formula();
  Walk walk(f, forest, x);
  const std::vector<double> roots(forest.roots.begin(), forest.roots.end());
  const auto trees = std::ssize(forest.roots);
  Term at = f.constant(roots, Ints{1, trees}, DType::i64).expand(Ints{dims[0], trees});
  for (int64_t level = 0; level < depth && !f.failed(); ++level) at = walk.step(at);
  const Term table = WALLE_TRY(weights_of(node, f, forest, x.dtype()));
  const Term scores = f.op("Gather", {table, at}, {{"axis", int64_t{0}}});  // [N, trees, targets]
  const std::string_view how = forest.aggregate == Aggregate::min   ? "ReduceMin"
                               : forest.aggregate == Aggregate::max ? "ReduceMax"
                                                                    : "ReduceSum";
  return finished(f, forest, scores.reduce(how, {1}).reshape({dims[0], forest.targets}));
}

Status infer_forest(const NodeView& node, InferContext& context, DType dtype, int64_t targets) {
  if (targets < 1 || targets > kMaxTargets)
    return node.fail(ErrorCode::invalid_argument, "the number of targets is wrong");
  const auto& shape = node.value(0).shape;
  if (shape && shape->size() != 2) return node.fail(ErrorCode::invalid_argument, "needs [N, features]");
  context.set(0, dtype, {shape ? (*shape)[0] : context.fresh("n"), Dim(targets)});
  return {};
}

}  // namespace walle::ops::rules
