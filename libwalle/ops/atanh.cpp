#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kAtanh = rules::unary<UnaryOp::atanh>("Atanh", "y = artanh(x)");

}  // namespace walle::ops
