#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {
namespace {

/// alpha: look for -∞, beta: look for +∞.
Result<CoreForm> form(const NodeView& node) {
  const int64_t negative = WALLE_TRY(node.attribute_int("detect_negative", 1));
  const int64_t positive = WALLE_TRY(node.attribute_int("detect_positive", 1));
  return CoreForm{.attributes = UnaryAttributes{
                      .op = UnaryOp::is_inf, .alpha = negative != 0 ? 1.0 : 0.0, .beta = positive != 0 ? 1.0 : 0.0}};
}

}  // namespace

extern const OpDef kIsInf = {.name = "IsInf",
                             .formula = "y = (x = +∞ or x = -∞)",
                             .op_class = OpClass::atomic,
                             .operands = {1, 1},
                             .results = {1, 1},
                             .attributes = "detect_negative:int=1, detect_positive:int=1",
                             .infer = rules::infer_boolean,
                             .atomic = form};

}  // namespace walle::ops
