#include "libwalle/ops/rules/reduction.h"

namespace walle::ops {

extern const OpDef kReduceL1 = rules::reduction<ReduceOp::l1>("ReduceL1", "y = Σ |x| over the axes");

}  // namespace walle::ops
