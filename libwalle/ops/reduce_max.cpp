#include "libwalle/ops/rules/reduction.h"

namespace walle::ops {

extern const OpDef kReduceMax = rules::reduction<ReduceOp::max>("ReduceMax", "y = largest x over the axes");

}  // namespace walle::ops
