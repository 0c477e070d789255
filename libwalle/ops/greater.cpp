#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kGreater = rules::comparison<BinaryOp::greater>("Greater", "y = (a > b)");

}  // namespace walle::ops
