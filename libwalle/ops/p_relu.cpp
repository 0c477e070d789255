#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kPRelu = rules::arithmetic<BinaryOp::prelu>("PRelu", "y = a < 0 ? b * a : a");

}  // namespace walle::ops
