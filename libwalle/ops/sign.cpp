#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kSign = rules::unary<UnaryOp::sign>("Sign", "y = -1, 0 or 1 as x < 0, x = 0, x > 0");

}  // namespace walle::ops
