#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kExp = rules::unary<UnaryOp::exp>("Exp", "y = e^x");

}  // namespace walle::ops
