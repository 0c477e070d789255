#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Result<CoreForm> atomic(const NodeView& node) {
  LrnAttributes lrn;
  lrn.size = WALLE_TRY(node.attribute_int("size", 0));
  if (lrn.size < 1) return node.fail(ErrorCode::invalid_argument, "size must be positive");
  lrn.alpha = static_cast<double>(WALLE_TRY(node.attribute_float("alpha", 1e-4F)));
  lrn.beta = static_cast<double>(WALLE_TRY(node.attribute_float("beta", 0.75F)));
  lrn.bias = static_cast<double>(WALLE_TRY(node.attribute_float("bias", 1)));
  return CoreForm{.attributes = lrn};
}

}  // namespace

extern const OpDef kLrn = {.name = "LRN",
                           .formula = "y = x / (bias + alpha/size * Σ x² over `size` neighbouring channels)^beta",
                           .op_class = OpClass::atomic,
                           .operands = {1, 1},
                           .results = {1, 1},
                           .attributes = "alpha:float=1e-4, beta:float=0.75, bias:float=1, size:int(1..)",
                           .infer = rules::infer_same,
                           .atomic = atomic};

}  // namespace walle::ops
