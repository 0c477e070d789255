#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kEqual = rules::comparison<BinaryOp::equal>("Equal", "y = (a = b)");

}  // namespace walle::ops
