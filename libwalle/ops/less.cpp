#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kLess = rules::comparison<BinaryOp::less>("Less", "y = (a < b)");

}  // namespace walle::ops
