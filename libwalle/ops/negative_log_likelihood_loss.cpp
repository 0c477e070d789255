#include "libwalle/ops/rules/loss.h"

namespace walle::ops {
namespace {

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  return rules::replaced(rules::likelihood_loss(node, builder, node.operand(0)));
}

}  // namespace

extern const OpDef kNegativeLogLikelihoodLoss = {.name = "NegativeLogLikelihoodLoss",
                                                 .formula = "y = Σ -w[t] x[n,t,…] / Σ w[t] (mean), the sum, or each",
                                                 .op_class = OpClass::composite,
                                                 .operands = {2, 3},
                                                 .results = {1, 1},
                                                 .attributes = rules::kLossAttributes,
                                                 .infer = rules::infer_loss,
                                                 .decompose = decompose};

}  // namespace walle::ops
