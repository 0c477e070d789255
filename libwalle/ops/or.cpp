#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kOr = rules::arithmetic<BinaryOp::logical_or>("Or", "y = a ∨ b");

}  // namespace walle::ops
