#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {
namespace {

Result<CoreForm> form(const NodeView& node) { return rules::unary_form(node, UnaryOp::celu, "alpha", 1.0F); }

}  // namespace

extern const OpDef kCelu =
    rules::unary("Celu", "y = max(0, x) + min(0, alpha * (e^(x/alpha) - 1))", "alpha:float=1", form);

}  // namespace walle::ops
