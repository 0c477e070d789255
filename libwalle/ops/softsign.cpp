#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kSoftsign = rules::unary<UnaryOp::softsign>("Softsign", "y = x / (1 + |x|)");

}  // namespace walle::ops
