#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {
namespace {

Result<CoreForm> form(const NodeView& node) {
  return rules::unary_form(node, UnaryOp::shrink, "lambd", 0.5F, "bias", 0.0F);
}

}  // namespace

extern const OpDef kShrink = rules::unary("Shrink", "y = x < -lambd ? x + bias : x > lambd ? x - bias : 0",
                                          "bias:float=0, lambd:float=0.5", form);

}  // namespace walle::ops
