#include "libwalle/ops/rules/product.h"
#include "libwalle/ops/rules/quantized.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  return rules::infer_product(node, context, 0, 1, WALLE_TRY(rules::quantized_dtype(node)));
}

Result<CoreForm> atomic(const NodeView& node) {
  if (WALLE_TRY(node.dims(0)).size() < 2 || WALLE_TRY(node.dims(1)).size() < 2)
    return node.fail(ErrorCode::unsupported, "operands that are no matrices");
  CoreForm form{.attributes = MatMulAttributes{}};
  WALLE_TRY(rules::quantized_epilogue(node, form));
  return form;
}

}  // namespace

extern const OpDef kQuantizedMatMul = {
    .name = "QuantizedMatMul",
    .domain = "walle",
    .formula = "y = round(clip(scale * (Σ_k (a - a_zero) * (b - b_zero) + bias), low, high)) + zero",
    .op_class = OpClass::atomic,
    .operands = {2, 6},
    .results = {1, 1},
    .attributes = rules::kQuantizedAttributes,
    .infer = infer,
    .atomic = atomic};

}  // namespace walle::ops
