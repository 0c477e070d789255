#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kAnd = rules::arithmetic<BinaryOp::logical_and>("And", "y = a ∧ b");

}  // namespace walle::ops
