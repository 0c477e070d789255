#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kAsinh = rules::unary<UnaryOp::asinh>("Asinh", "y = arsinh(x)");

}  // namespace walle::ops
