#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kAtan = rules::unary<UnaryOp::atan>("Atan", "y = arctan(x)");

}  // namespace walle::ops
