#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kLessOrEqual = rules::comparison<BinaryOp::less_equal>("LessOrEqual", "y = (a ≤ b)");

}  // namespace walle::ops
