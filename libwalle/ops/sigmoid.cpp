#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kSigmoid = rules::unary<UnaryOp::sigmoid>("Sigmoid", "y = 1 / (1 + e^-x)");

}  // namespace walle::ops
