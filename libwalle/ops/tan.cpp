#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kTan = rules::unary<UnaryOp::tan>("Tan", "y = tan(x)");

}  // namespace walle::ops
