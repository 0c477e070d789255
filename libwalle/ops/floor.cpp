#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kFloor = rules::unary<UnaryOp::floor>("Floor", "y = largest integer ≤ x");

}  // namespace walle::ops
