#include "libwalle/ops/rules/reduction.h"

namespace walle::ops {

extern const OpDef kReduceSumSquare =
    rules::reduction<ReduceOp::sum_square>("ReduceSumSquare", "y = Σ x² over the axes");

}  // namespace walle::ops
