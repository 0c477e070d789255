#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kBitwiseAnd = rules::arithmetic<BinaryOp::bit_and>("BitwiseAnd", "y = a & b");

}  // namespace walle::ops
