#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {
namespace {

Result<CoreForm> form(const NodeView& node) { return rules::unary_form(node, UnaryOp::leaky_relu, "alpha", 0.01F); }

}  // namespace

extern const OpDef kLeakyRelu = rules::unary("LeakyRelu", "y = x < 0 ? alpha * x : x", "alpha:float=0.01", form);

}  // namespace walle::ops
