#include "libwalle/ops/rules/reduction.h"

namespace walle::ops {

extern const OpDef kReduceMean = rules::reduction<ReduceOp::mean>("ReduceMean", "y = (Σ x) / n over the axes");

}  // namespace walle::ops
