#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kReciprocal = rules::unary<UnaryOp::reciprocal>("Reciprocal", "y = 1 / x");

}  // namespace walle::ops
