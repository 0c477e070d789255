#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kBitwiseOr = rules::arithmetic<BinaryOp::bit_or>("BitwiseOr", "y = a | b");

}  // namespace walle::ops
