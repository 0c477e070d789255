#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/types.h"

namespace walle::ops {
namespace {

/// The zero point's type, else attribute output_dtype, else u8.
Status infer(const NodeView& node, InferContext& context) {
  WALLE_TRY(node.dtype(0));
  const int64_t asked = WALLE_TRY(node.attribute_int("output_dtype", 0));
  auto dtype = asked != 0 ? rules::dtype_of_onnx(asked) : std::optional(DType::u8);
  if (node.has(2)) dtype = WALLE_TRY(node.dtype(2));
  if (!dtype || (!is_integer(*dtype) && !is_small_float(*dtype)))
    return node.fail(ErrorCode::unsupported, "quantises to integers and small floats alone");
  if (node.value(0).shape) {
    context.set(0, *dtype, *node.value(0).shape);
  } else {
    context.set_unknown_shape(0, *dtype);
  }
  return {};
}

Result<CoreForm> atomic(const NodeView& node) {
  QuantizeAttributes attributes;
  const auto rank = static_cast<int64_t>(WALLE_TRY(node.dims(0)).size());
  const bool per_tensor = WALLE_TRY(node.dims(1)).empty() || rank == 0;
  const int64_t axis = per_tensor ? 0 : WALLE_TRY(rules::attribute_axis(node, rank == 1 ? 0 : 1, rank));
  attributes.axis = static_cast<int32_t>(axis);
  attributes.saturate = WALLE_TRY(node.attribute_int("saturate", 1)) != 0;
  attributes.block = WALLE_TRY(node.attribute_int("block_size", 0));
  return CoreForm{.attributes = attributes};
}

}  // namespace

extern const OpDef kQuantizeLinear = {
    .name = "QuantizeLinear",
    .formula = "y = saturate(round(x / scale) + zero_point), halves to even",
    .op_class = OpClass::atomic,
    .operands = {2, 3},
    .results = {1, 1},
    .attributes = "axis:int=1, block_size:int(0..2147483648)=0, output_dtype:int=0, precision:int=0, saturate:int=1",
    .infer = infer,
    .atomic = atomic};

}  // namespace walle::ops
