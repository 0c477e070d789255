#include "libwalle/ops/rules/reduction.h"

namespace walle::ops {

extern const OpDef kReduceSum = rules::reduction<ReduceOp::sum>("ReduceSum", "y = Σ x over the axes");

}  // namespace walle::ops
