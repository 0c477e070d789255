#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kAdd = rules::arithmetic<BinaryOp::add>("Add", "y = a + b");

}  // namespace walle::ops
