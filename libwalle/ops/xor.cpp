#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kXor = rules::arithmetic<BinaryOp::logical_xor>("Xor", "y = a ≠ b, of booleans");

}  // namespace walle::ops
