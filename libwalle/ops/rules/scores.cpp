#include "libwalle/ops/rules/scores.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace walle::ops::rules {
namespace {

constexpr std::array<std::string_view, 5> kTransforms = {"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"};

Term softmax_zero(Term x) {
  const Term counts = compare("Greater", x.apply("Abs"), 1e-7);
  const Term e = where(counts, (x - x.reduce("ReduceMax", {1})).apply("Exp"), x.number(0));
  return e / e.reduce("ReduceSum", {1});
}

Term probit(Term p) {
  constexpr double a = 0.147;
  const Term x = 2 * p - 1;
  const Term log = ((1 - x) * (x + 1)).apply("Log");
  const Term v = 0.5 * log + 2 / (std::numbers::pi * a);
  const Term inverse = ((v * v - log / a).apply("Sqrt") - v).apply("Sqrt");
  return std::numbers::sqrt2 * where(compare("Less", x, 0), -inverse, inverse);
}

Term vector_of(Formula& f, const std::vector<float>& values, std::initializer_list<int64_t> dims) {
  return f.constant(std::vector<double>(values.begin(), values.end()), Ints(dims), DType::f32);
}

}  // namespace

Result<ScoreTransform> score_transform(const NodeView& node) {
  const std::string name = WALLE_TRY(node.attribute_string("post_transform", "NONE"));
  const auto it = std::find(kTransforms.begin(), kTransforms.end(), name);
  if (it == kTransforms.end()) return node.fail(ErrorCode::invalid_argument, "post_transform is not known");
  return static_cast<ScoreTransform>(it - kTransforms.begin());
}

Term transformed(Term scores, ScoreTransform transform) {
  switch (transform) {
    case ScoreTransform::none:
      return scores;
    case ScoreTransform::softmax:
      return scores.apply("Softmax", {{"axis", int64_t{-1}}});
    case ScoreTransform::logistic:
      return scores.apply("Sigmoid");
    case ScoreTransform::softmax_zero:
      return softmax_zero(scores);
    case ScoreTransform::probit:
      return probit(scores);
  }
  return scores;
}

Term both_of_one(Term other, Term score, ScoreTransform transform) {
  if (transform == ScoreTransform::logistic) return concat({-score, score}, 1).apply("Sigmoid");
  const Term both = concat({other, score}, 1);
  return transform == ScoreTransform::probit ? probit(both) : both;
}

Result<Ints> class_labels(const NodeView& node, std::string_view ints) {
  if (node.has_attribute("classlabels_strings"))
    return node.fail(ErrorCode::unsupported, "class labels are strings; export the model with whole numbers as labels");
  return node.attribute_ints(ints, {});
}

Term chosen(const Ints& labels, Term index) {
  Formula& f = index.formula();
  return f.op("Gather", {f.ints(labels), index}, {{"axis", int64_t{0}}});
}

Term chosen_above(const Ints& labels, Term score, double threshold) {
  return chosen(labels, compare("Greater", score, threshold).cast(DType::i64));
}

Result<Term> sample_rows(const NodeView& node, Formula& f) {
  const Ints dims = WALLE_TRY(node.dims(0));
  if (dims.empty() || dims.size() > 2) return node.fail(ErrorCode::invalid_argument, "needs [N, features]");
  Term x = f.of(node.operand(0));
  if (x.dtype() != DType::f64) x = x.cast(DType::f32);
  return dims.size() == 2 ? x : x.reshape({1, dims[0]});
}

Result<Dim> sample_count(const NodeView& node, InferContext& context) {
  const auto& shape = node.value(0).shape;
  if (!shape) return context.fresh("n");
  if (shape->empty() || shape->size() > 2) return node.fail(ErrorCode::invalid_argument, "needs [N, features]");
  return shape->size() == 2 ? (*shape)[0] : Dim(1);
}

Result<Term> linear_scores(const NodeView& node, Term x, int64_t targets) {
  const auto weights = WALLE_TRY(graph::attribute_floats(node.node().attributes, "coefficients", {}));
  const auto bias = WALLE_TRY(graph::attribute_floats(node.node().attributes, "intercepts", {}));
  const Ints dims = x.dims();
  if (dims.size() != 2 || targets < 1 || std::ssize(weights) % targets != 0 || std::ssize(weights) / targets != dims[1])
    return node.fail(ErrorCode::invalid_argument, "coefficients are not targets times features");
  if (!bias.empty() && std::ssize(bias) != targets)
    return node.fail(ErrorCode::invalid_argument, "intercepts are not one for each target");
  Formula& f = x.formula();
  const Term y = matmul(x.cast(DType::f32), vector_of(f, weights, {targets, dims[1]}).transpose({1, 0}));
  return bias.empty() ? y : y + vector_of(f, bias, {1, targets});
}

}  // namespace walle::ops::rules
