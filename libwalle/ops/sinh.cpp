#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kSinh = rules::unary<UnaryOp::sinh>("Sinh", "y = (e^x - e^-x) / 2");

}  // namespace walle::ops
