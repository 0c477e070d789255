#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/integer_conv.h"
#include "libwalle/ops/rules/quantized.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  return rules::infer_integer_conv(node, context, 0, 3, WALLE_TRY(node.dtype(7)));
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  std::vector<ValueId> in(9, kNoValue);
  for (size_t i = 0; i < 9; ++i) in[i] = node.operand(i);
  if (const auto zero = rules::constant_zero(node, 7); zero && WALLE_TRY(node.dims(6)).empty()) {
    const ValueId scale = WALLE_TRY(rules::quantized_scale(builder, in[1], in[4], in[6]));
    return rules::replaced(
        builder.one("QuantizedConv", {in[0], in[3], in[2], in[5], in[8], scale},
                    rules::quantized_result(node.node().attributes, WALLE_TRY(node.dtype(7)), *zero)));
  }
  const size_t rank = WALLE_TRY(node.dims(0)).size();
  ValueId sum = WALLE_TRY(rules::integer_conv(node, builder, {in[0], in[2]}, {in[3], in[5]}));
  if (in[8] != kNoValue) {
    const ValueId bias = WALLE_TRY(rules::per_axis(builder, in[8], rank, 1));
    sum = WALLE_TRY(builder.one("Add", {sum, bias}));
  }
  const ValueId real = WALLE_TRY(rules::cast(builder, sum, DType::f32));
  const ValueId channels = WALLE_TRY(rules::per_axis(builder, in[4], rank, 1));
  const ValueId scales = WALLE_TRY(builder.one("Mul", {channels, in[1]}));
  const ValueId y = WALLE_TRY(builder.one("Mul", {real, scales}));
  return rules::replaced(builder.one("QuantizeLinear", {y, in[6], in[7]}));
}

}  // namespace

extern const OpDef kQLinearConv = {
    .name = "QLinearConv",
    .formula = "y = quantise(x_scale * w_scale * (Conv(x - x_zero, w - w_zero) + bias), y_scale, y_zero)",
    .op_class = OpClass::composite,
    .operands = {8, 9},
    .results = {1, 1},
    .attributes = rules::kIntegerConvAttributes,
    .infer = infer,
    .decompose = decompose};

}  // namespace walle::ops
