#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kSoftplus = rules::unary<UnaryOp::softplus>("Softplus", "y = ln(1 + e^x)");

}  // namespace walle::ops
