#include "libwalle/ops/rules/reduction.h"

namespace walle::ops {

extern const OpDef kReduceLogSumExp =
    rules::reduction<ReduceOp::log_sum_exp>("ReduceLogSumExp", "y = ln(Σ e^x) over the axes");

}  // namespace walle::ops
