#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kSub = rules::arithmetic<BinaryOp::sub>("Sub", "y = a - b");

}  // namespace walle::ops
