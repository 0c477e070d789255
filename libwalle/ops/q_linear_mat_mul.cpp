#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/product.h"
#include "libwalle/ops/rules/quantized.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  return rules::infer_product(node, context, 0, 3, WALLE_TRY(node.dtype(7)));
}

/// A scale or zero point per row of a: [m] → [m, 1].
Result<ValueId> per_row(GraphBuilder& builder, ValueId value) {
  const Ints dims = WALLE_TRY(builder.dims(value));
  if (dims.size() != 1 || dims[0] == 1) return value;
  return rules::reshape(builder, value, Ints{dims[0], 1});
}

/// Matrices with one step of a and y, and one of b for the whole or for each column.
Result<bool> plain(const NodeView& node) {
  for (const size_t i : {1U, 2U, 6U}) {
    if (!WALLE_TRY(node.dims(i)).empty()) return false;
  }
  for (const size_t i : {4U, 5U}) {
    if (WALLE_TRY(node.dims(i)).size() > 1) return false;
  }
  return WALLE_TRY(node.dims(0)).size() > 1 && WALLE_TRY(node.dims(3)).size() > 1;
}

/// The integer product is exact; one scale a_scale * b_scale / y_scale brings it to the result's step.
Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  std::vector<ValueId> operands(8);
  for (size_t i = 0; i < 8; ++i) operands[i] = node.operand(i);
  if (const auto zero = rules::constant_zero(node, 7); zero && WALLE_TRY(plain(node))) {
    const ValueId scale = WALLE_TRY(rules::quantized_scale(builder, operands[1], operands[4], operands[6]));
    return rules::replaced(builder.one("QuantizedMatMul",
                                       {operands[0], operands[3], operands[2], operands[5], kNoValue, scale},
                                       rules::quantized_result({}, WALLE_TRY(node.dtype(7)), *zero)));
  }
  const ValueId sum = WALLE_TRY(builder.one("MatMulInteger", {operands[0], operands[3], operands[2], operands[5]}));
  const ValueId real = WALLE_TRY(rules::cast(builder, sum, DType::f32));
  const ValueId a_scale = WALLE_TRY(rules::cast(builder, operands[1], DType::f32));
  const ValueId b_scale = WALLE_TRY(rules::cast(builder, operands[4], DType::f32));
  const ValueId rows = WALLE_TRY(per_row(builder, a_scale));
  const ValueId scales = WALLE_TRY(builder.one("Mul", {rows, b_scale}));
  const ValueId y = WALLE_TRY(builder.one("Mul", {real, scales}));
  const ValueId y_scale = WALLE_TRY(rules::cast(builder, operands[6], DType::f32));
  return rules::replaced(builder.one("QuantizeLinear", {y, y_scale, operands[7]}));
}

}  // namespace

extern const OpDef kQLinearMatMul = {
    .name = "QLinearMatMul",
    .formula = "y = quantise(a_scale * b_scale * Σ_k (a - a_zero) * (b - b_zero), y_scale, y_zero)",
    .op_class = OpClass::composite,
    .operands = {8, 8},
    .results = {1, 1},
    .infer = infer,
    .decompose = decompose};

}  // namespace walle::ops
