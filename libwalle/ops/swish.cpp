#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {
namespace {

Result<CoreForm> form(const NodeView& node) { return rules::unary_form(node, UnaryOp::swish, "alpha", 1.0F); }

}  // namespace

extern const OpDef kSwish = rules::unary("Swish", "y = x / (1 + e^(-alpha * x))", "alpha:float=1", form);

}  // namespace walle::ops
