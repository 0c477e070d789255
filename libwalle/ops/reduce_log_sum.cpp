#include "libwalle/ops/rules/reduction.h"

namespace walle::ops {

extern const OpDef kReduceLogSum = rules::reduction<ReduceOp::log_sum>("ReduceLogSum", "y = ln(Σ x) over the axes");

}  // namespace walle::ops
