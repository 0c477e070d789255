#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kSqrt = rules::unary<UnaryOp::sqrt>("Sqrt", "y = √x");

}  // namespace walle::ops
