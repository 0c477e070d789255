#include "libwalle/ops/rules/reduction.h"

namespace walle::ops {

extern const OpDef kReduceProd = rules::reduction<ReduceOp::prod>("ReduceProd", "y = Π x over the axes");

}  // namespace walle::ops
