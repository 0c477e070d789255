#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kCeil = rules::unary<UnaryOp::ceil>("Ceil", "y = smallest integer ≥ x");

}  // namespace walle::ops
