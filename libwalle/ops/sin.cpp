#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kSin = rules::unary<UnaryOp::sin>("Sin", "y = sin(x)");

}  // namespace walle::ops
