#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kAsin = rules::unary<UnaryOp::asin>("Asin", "y = arcsin(x)");

}  // namespace walle::ops
