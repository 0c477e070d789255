#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {
namespace {

Result<CoreForm> form(const NodeView& node) {
  return rules::unary_form(node, UnaryOp::selu, "alpha", 1.67326319217681884765625F, "gamma",
                           1.05070102214813232421875F);
}

}  // namespace

extern const OpDef kSelu =
    rules::unary("Selu", "y = gamma * (x > 0 ? x : alpha * (e^x - 1))",
                 "alpha:float=1.67326319217681884765625, gamma:float=1.05070102214813232421875", form);

}  // namespace walle::ops
