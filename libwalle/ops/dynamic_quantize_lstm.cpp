#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/recurrent.h"
#include "libwalle/ops/rules/shapes.h"

// Activations stay in floats: more exact than quantising them for each step, as ONNX Runtime does.
namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  const Dim hidden(WALLE_TRY(node.attribute_int("hidden_size", 0)));
  if (!node.has(8) || !node.has(10)) return node.fail(ErrorCode::invalid_argument, "a scale is missing");
  if (hidden.value() < 1 || WALLE_TRY(node.attribute_int("layout", 0)) != 0)
    return node.fail(ErrorCode::invalid_argument, "hidden_size is missing, or the layout is not 0");
  const Shape x = WALLE_TRY(node.shape(0));
  const Shape r = WALLE_TRY(node.shape(2));
  if (x.size() != 3 || r.size() != 3) return rules::mismatch(node, 0, 2);
  const DType dtype = WALLE_TRY(node.dtype(0));
  context.set(0, dtype, {x[0], r[0], x[1], hidden});
  for (size_t i = 1; i < node.result_count(); ++i) context.set(i, dtype, {r[0], x[1], hidden});
  return {};
}

/// A weight [directions, inputs, 4 * hidden] with a scale and zero point for each direction (and column) → floats as
/// LSTM has them, [directions, 4 * hidden, inputs].
Result<ValueId> weight(const NodeView& node, GraphBuilder& builder, size_t values, size_t scale) {
  const Ints dims = WALLE_TRY(node.dims(values));
  if (dims.size() != 3) return node.fail(ErrorCode::invalid_argument, "a weight has not 3 axes");
  const auto along = [&](size_t operand) -> Result<ValueId> {
    const Ints given = WALLE_TRY(node.dims(operand));
    return rules::reshape(builder, node.operand(operand), Ints{dims[0], 1, given.size() == 2 ? given[1] : 1});
  };
  ValueId x = WALLE_TRY(rules::cast(builder, node.operand(values), DType::f32));
  if (node.has(scale + 1)) {
    const ValueId zero = WALLE_TRY(rules::cast(builder, WALLE_TRY(along(scale + 1)), DType::f32));
    x = WALLE_TRY(builder.one("Sub", {x, zero}));
  }
  x = WALLE_TRY(builder.one("Mul", {x, WALLE_TRY(along(scale))}));
  return rules::transpose(builder, x, Ints{0, 2, 1});
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  std::vector<ValueId> operands;
  for (size_t i = 0; i < 8; ++i) operands.push_back(node.operand(i));
  operands[1] = WALLE_TRY(weight(node, builder, 1, 8));
  operands[2] = WALLE_TRY(weight(node, builder, 2, 10));
  while (operands.back() == kNoValue) operands.pop_back();
  auto results = WALLE_TRY(builder.op("LSTM", std::move(operands), node.node().attributes, node.result_count()));
  return std::optional(std::move(results));
}

}  // namespace

extern const OpDef kDynamicQuantizeLstm = {.name = "DynamicQuantizeLSTM",
                                           .domain = "com.microsoft",
                                           .formula = "y = LSTM(x, dequantised w, dequantised r, …)",
                                           .op_class = OpClass::composite,
                                           .operands = {3, 12},
                                           .results = {1, 3},
                                           .attributes = rules::kRecurrentAttributes,
                                           .infer = infer,
                                           .decompose = decompose};

}  // namespace walle::ops
