#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kLog = rules::unary<UnaryOp::log>("Log", "y = ln(x)");

}  // namespace walle::ops
