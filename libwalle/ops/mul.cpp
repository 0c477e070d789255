#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kMul = rules::arithmetic<BinaryOp::mul>("Mul", "y = a * b");

}  // namespace walle::ops
