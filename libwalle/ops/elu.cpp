#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {
namespace {

Result<CoreForm> form(const NodeView& node) { return rules::unary_form(node, UnaryOp::elu, "alpha", 1.0F); }

}  // namespace

extern const OpDef kElu = rules::unary("Elu", "y = x < 0 ? alpha * (e^x - 1) : x", "alpha:float=1", form);

}  // namespace walle::ops
