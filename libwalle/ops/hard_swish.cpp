#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kHardSwish = rules::unary<UnaryOp::hard_swish>("HardSwish", "y = x * max(0, min(1, x/6 + 1/2))");

}  // namespace walle::ops
