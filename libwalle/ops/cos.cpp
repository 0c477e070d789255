#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kCos = rules::unary<UnaryOp::cos>("Cos", "y = cos(x)");

}  // namespace walle::ops
