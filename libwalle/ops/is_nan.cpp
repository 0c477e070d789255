#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {

extern const OpDef kIsNan = {.name = "IsNaN",
                             .formula = "y = (x is not a number)",
                             .op_class = OpClass::atomic,
                             .operands = {1, 1},
                             .results = {1, 1},
                             .infer = rules::infer_boolean,
                             .atomic = rules::unary_form<UnaryOp::is_nan>};

}  // namespace walle::ops
