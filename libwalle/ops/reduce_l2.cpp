#include "libwalle/ops/rules/reduction.h"

namespace walle::ops {

extern const OpDef kReduceL2 = rules::reduction<ReduceOp::l2>("ReduceL2", "y = √(Σ x²) over the axes");

}  // namespace walle::ops
