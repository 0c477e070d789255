#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {
namespace {

Result<CoreForm> form(const NodeView& node) {
  return rules::unary_form(node, UnaryOp::thresholded_relu, "alpha", 1.0F);
}

}  // namespace

extern const OpDef kThresholdedRelu = rules::unary("ThresholdedRelu", "y = x > alpha ? x : 0", "alpha:float=1", form);

}  // namespace walle::ops
