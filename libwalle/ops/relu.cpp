#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kRelu = rules::unary<UnaryOp::relu>("Relu", "y = max(0, x)");

}  // namespace walle::ops
