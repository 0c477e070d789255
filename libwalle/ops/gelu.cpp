#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {
namespace {

Result<CoreForm> form(const NodeView& node) {
  const std::string approximate = WALLE_TRY(node.attribute_string("approximate", "none"));
  if (approximate != "none" && approximate != "tanh")
    return node.fail(ErrorCode::invalid_argument, "approximate must be none or tanh");
  return CoreForm{.attributes = UnaryAttributes{.op = approximate == "tanh" ? UnaryOp::gelu_tanh : UnaryOp::gelu}};
}

}  // namespace

extern const OpDef kGelu =
    rules::unary("Gelu", "y = x/2 * (1 + erf(x/√2)); tanh: x/2 * (1 + tanh(√(2/π) * (x + 0.044715 x³)))",
                 "approximate:string=none", form);

}  // namespace walle::ops
