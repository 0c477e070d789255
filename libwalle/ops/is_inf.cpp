#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {
namespace {

/// alpha: 0 looks for both infinities, +1 and -1 for one of them.
Result<CoreForm> form(const NodeView& node) {
  const bool negative = WALLE_TRY(node.attribute_int("detect_negative", 1)) != 0;
  const bool positive = WALLE_TRY(node.attribute_int("detect_positive", 1)) != 0;
  return CoreForm{.attributes = UnaryAttributes{.op = UnaryOp::is_inf,
                                                .alpha = positive == negative ? 0.0
                                                         : positive           ? 1.0
                                                                              : -1.0}};
}

/// Looking for neither: no x is less than itself.
Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const bool negative = WALLE_TRY(node.attribute_int("detect_negative", 1)) != 0;
  const bool positive = WALLE_TRY(node.attribute_int("detect_positive", 1)) != 0;
  if (negative || positive) return rules::canonical();
  return rules::replaced(builder.one("Less", {node.operand(0), node.operand(0)}));
}

}  // namespace

extern const OpDef kIsInf = {.name = "IsInf",
                             .formula = "y = (x = +∞ or x = -∞)",
                             .op_class = OpClass::atomic,
                             .operands = {1, 1},
                             .results = {1, 1},
                             .attributes = "detect_negative:int=1, detect_positive:int=1",
                             .infer = rules::infer_boolean,
                             .decompose = decompose,
                             .atomic = form};

}  // namespace walle::ops
