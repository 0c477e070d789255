#include "libwalle/ops/rules/scores.h"

namespace walle::ops {
namespace {

using rules::ScoreTransform;
using rules::Term;

struct Classes {
  Ints labels;
  int64_t scores = 1;       ///< rows of the coefficients
  bool two_of_one = false;  ///< one score decides between two labels
};

Result<Classes> classes_of(const NodeView& node) {
  Classes classes;
  classes.labels = WALLE_TRY(rules::class_labels(node, "classlabels_ints"));
  const auto bias = WALLE_TRY(graph::attribute_floats(node.node().attributes, "intercepts", {}));
  classes.scores = bias.empty() ? std::ssize(classes.labels) : std::ssize(bias);
  classes.two_of_one = classes.scores == 1 && classes.labels.size() == 2;
  if (!classes.two_of_one && (classes.labels.size() < 2 || std::ssize(classes.labels) != classes.scores))
    return node.fail(ErrorCode::invalid_argument, "classlabels_ints and intercepts do not fit together");
  return classes;
}

Status infer(const NodeView& node, InferContext& context) {
  const Dim count = WALLE_TRY(rules::sample_count(node, context));
  context.set(0, DType::i64, {count});
  context.set(1, DType::f32, {count, Dim(std::ssize(WALLE_TRY(classes_of(node)).labels))});
  return {};
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const Classes classes = WALLE_TRY(classes_of(node));
  const ScoreTransform transform = WALLE_TRY(rules::score_transform(node));
  rules::Formula f(builder);
  const Term z = WALLE_TRY(rules::linear_scores(node, WALLE_TRY(rules::sample_rows(node, f)), classes.scores));
  if (!classes.two_of_one) {
    const Term index = z.apply("ArgMax", {{"axis", int64_t{1}}, {"keepdims", int64_t{0}}});
    return f.results({rules::chosen(classes.labels, index), transformed(z, transform)});
  }
  const Term label = rules::chosen_above(classes.labels, z.reshape({z.dims().empty() ? 0 : z.dims()[0]}), 0);
  return f.results({label, rules::both_of_one(1 - z, z, transform)});
}

}  // namespace

extern const OpDef kLinearClassifier = {
    .name = "LinearClassifier",
    .domain = "ai.onnx.ml",
    .formula = "z = x · coefficientsᵀ + intercepts; y[n] = label of the largest z[n,c]",
    .op_class = OpClass::composite,
    .operands = {1, 1},
    .results = {2, 2},
    .attributes =
        "classlabels_ints:ints?, classlabels_strings:strings?, coefficients:floats, intercepts:floats?, "
        "multi_class:int=0, post_transform:string?",
    .infer = infer,
    .decompose = decompose};

}  // namespace walle::ops
