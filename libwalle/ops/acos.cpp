#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kAcos = rules::unary<UnaryOp::acos>("Acos", "y = arccos(x)");

}  // namespace walle::ops
