#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kAbs = rules::unary<UnaryOp::abs>("Abs", "y = |x|");

}  // namespace walle::ops
