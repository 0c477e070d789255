#include "libwalle/ops/rules/optimizer.h"

namespace walle::ops {
namespace {

using rules::OptimizerStep;
using rules::Term;

Status infer(const NodeView& node, InferContext& context) { return rules::infer_optimizer(node, context, 1); }

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const auto alpha = static_cast<double>(WALLE_TRY(node.attribute_float("alpha", 0)));
  const auto beta = static_cast<double>(WALLE_TRY(node.attribute_float("beta", 0)));
  const bool nesterov = WALLE_TRY(node.attribute_string("mode", "standard")) == "nesterov";
  return rules::optimizer(node, builder, 1, [&](const OptimizerStep& s) -> std::vector<Term> {
    const Term first = compare("LessOrEqual", s.count, 0.0);
    const Term factor = where(first, s.x.formula().number(s.x.dtype(), 1), s.x.formula().number(s.x.dtype(), beta));
    const Term v = s.states[0] * alpha + factor * s.gradient;
    const Term direction = nesterov ? s.gradient + v * alpha : v;
    return {s.x - s.rate * direction, v};
  });
}

}  // namespace

extern const OpDef kMomentum = {
    .name = "Momentum",
    .domain = "ai.onnx.preview.training",
    .formula = "v' = alpha v + beta g (beta 1 at step 0); x' = x - rate * v', nesterov: x - rate * (g + alpha v')",
    .op_class = OpClass::composite,
    .operands = {3, -1},
    .results = {1, -1},
    .attributes = "alpha:float, beta:float, mode:string, norm_coefficient:float",
    .infer = infer,
    .decompose = decompose};

}  // namespace walle::ops
