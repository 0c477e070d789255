#include "libwalle/ops/rules/optimizer.h"

namespace walle::ops {
namespace {

using rules::OptimizerStep;
using rules::Term;

Status infer(const NodeView& node, InferContext& context) { return rules::infer_optimizer(node, context, 1); }

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const auto decay = static_cast<double>(WALLE_TRY(node.attribute_float("decay_factor", 0)));
  const auto epsilon = static_cast<double>(WALLE_TRY(node.attribute_float("epsilon", 1e-6F)));
  return rules::optimizer(node, builder, 1, [&](const OptimizerStep& s) -> std::vector<Term> {
    const Term rate = s.rate / (s.count * decay + 1.0);
    const Term h = s.states[0] + s.gradient * s.gradient;
    return {s.x - rate * s.gradient / (h.apply("Sqrt") + epsilon), h};
  });
}

}  // namespace

extern const OpDef kAdagrad = {.name = "Adagrad",
                               .domain = "ai.onnx.preview.training",
                               .formula = "h' = h + g²; x' = x - rate / (1 + t * decay) * g / (√h' + epsilon)",
                               .op_class = OpClass::composite,
                               .operands = {3, -1},
                               .results = {1, -1},
                               .attributes = "decay_factor:float=0, epsilon:float=1e-6, norm_coefficient:float=0",
                               .infer = infer,
                               .decompose = decompose};

}  // namespace walle::ops
