#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kBitwiseXor = rules::arithmetic<BinaryOp::bit_xor>("BitwiseXor", "y = a ^ b");

}  // namespace walle::ops
