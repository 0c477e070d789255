#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kAcosh = rules::unary<UnaryOp::acosh>("Acosh", "y = arcosh(x)");

}  // namespace walle::ops
