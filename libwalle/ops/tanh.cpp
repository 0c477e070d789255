#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kTanh = rules::unary<UnaryOp::tanh>("Tanh", "y = (e^x - e^-x) / (e^x + e^-x)");

}  // namespace walle::ops
