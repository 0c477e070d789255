#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kRound = rules::unary<UnaryOp::round>("Round", "y = nearest integer, halves to even");

}  // namespace walle::ops
