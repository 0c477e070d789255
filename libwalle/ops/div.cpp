#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kDiv = rules::arithmetic<BinaryOp::div>("Div", "y = a / b (integers: rounded towards 0)");

}  // namespace walle::ops
