#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kCosh = rules::unary<UnaryOp::cosh>("Cosh", "y = (e^x + e^-x) / 2");

}  // namespace walle::ops
