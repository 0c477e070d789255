#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kGreaterOrEqual = rules::comparison<BinaryOp::greater_equal>("GreaterOrEqual", "y = (a ≥ b)");

}  // namespace walle::ops
