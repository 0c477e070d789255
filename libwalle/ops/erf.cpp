#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kErf = rules::unary<UnaryOp::erf>("Erf", "y = 2/√π ∫₀ˣ e^(-t²) dt");

}  // namespace walle::ops
