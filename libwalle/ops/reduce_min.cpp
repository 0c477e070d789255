#include "libwalle/ops/rules/reduction.h"

namespace walle::ops {

extern const OpDef kReduceMin = rules::reduction<ReduceOp::min>("ReduceMin", "y = smallest x over the axes");

}  // namespace walle::ops
