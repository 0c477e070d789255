#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kBitwiseNot = rules::unary<UnaryOp::bit_not>("BitwiseNot", "y = ~x");

}  // namespace walle::ops
