#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kMish = rules::unary<UnaryOp::mish>("Mish", "y = x * tanh(ln(1 + e^x))");

}  // namespace walle::ops
