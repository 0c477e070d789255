#include "libwalle/ops/rules/optimizer.h"

namespace walle::ops {
namespace {

using rules::OptimizerStep;
using rules::Term;

Status infer(const NodeView& node, InferContext& context) { return rules::infer_optimizer(node, context, 2); }

struct Options {
  double alpha = 0, beta = 0, epsilon = 0, shrink = 0;
};

/// 1 - base^t.
Term unbiased(double base, Term t) { return 1.0 - t.formula().op("Pow", {t.formula().number(t.dtype(), base), t}); }

std::vector<Term> step(const Options& o, const OptimizerStep& s) {
  const Term v = s.states[0] * o.alpha + s.gradient * (1 - o.alpha);
  const Term h = s.states[1] * o.beta + s.gradient * s.gradient * (1 - o.beta);
  const Term adjusted = s.rate * unbiased(o.beta, s.count).apply("Sqrt") / unbiased(o.alpha, s.count);
  const Term rate = where(compare("Greater", s.count, 0.0), adjusted, s.rate);
  const Term x = s.x - rate * v / (h.apply("Sqrt") + o.epsilon);
  return {o.shrink == 0 ? x : x * (1 - o.shrink), v, h};
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  Options o;
  o.alpha = static_cast<double>(WALLE_TRY(node.attribute_float("alpha", 0.9F)));
  o.beta = static_cast<double>(WALLE_TRY(node.attribute_float("beta", 0.999F)));
  o.epsilon = static_cast<double>(WALLE_TRY(node.attribute_float("epsilon", 1e-6F)));
  o.shrink = static_cast<double>(WALLE_TRY(node.attribute_float("norm_coefficient_post", 0)));
  return rules::optimizer(node, builder, 2, [&](const OptimizerStep& s) { return step(o, s); });
}

}  // namespace

extern const OpDef kAdam = {
    .name = "Adam",
    .domain = "ai.onnx.preview.training",
    .formula = "v' = α v + (1-α) g; h' = β h + (1-β) g²; x' = x - rate * √(1-β^t) / (1-α^t) * v' / (√h' + epsilon)",
    .op_class = OpClass::composite,
    .operands = {3, -1},
    .results = {1, -1},
    .attributes =
        "alpha:float=0.9, beta:float=0.999, epsilon:float=1e-6, norm_coefficient:float=0, "
        "norm_coefficient_post:float=0",
    .infer = infer,
    .decompose = decompose};

}  // namespace walle::ops
