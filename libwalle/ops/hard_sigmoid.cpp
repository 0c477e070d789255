#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {
namespace {

Result<CoreForm> form(const NodeView& node) {
  return rules::unary_form(node, UnaryOp::hard_sigmoid, "alpha", 0.2F, "beta", 0.5F);
}

}  // namespace

extern const OpDef kHardSigmoid =
    rules::unary("HardSigmoid", "y = max(0, min(1, alpha * x + beta))", "alpha:float=0.2, beta:float=0.5", form);

}  // namespace walle::ops
