#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/types.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  WALLE_TRY(node.dtype(0));
  const int64_t asked = WALLE_TRY(node.attribute_int("output_dtype", 0));
  const auto dtype = asked != 0 ? rules::dtype_of_onnx(asked) : std::optional(WALLE_TRY(node.dtype(1)));
  if (!dtype || !is_float(*dtype)) return node.fail(ErrorCode::unsupported, "dequantises to floats alone");
  if (node.value(0).shape) {
    context.set(0, *dtype, *node.value(0).shape);
  } else {
    context.set_unknown_shape(0, *dtype);
  }
  return {};
}

Result<CoreForm> atomic(const NodeView& node) {
  DequantizeAttributes attributes;
  const auto rank = static_cast<int64_t>(WALLE_TRY(node.dims(0)).size());
  const bool per_tensor = WALLE_TRY(node.dims(1)).empty() || rank == 0;
  const int64_t axis = per_tensor ? 0 : WALLE_TRY(rules::attribute_axis(node, rank == 1 ? 0 : 1, rank));
  attributes.axis = static_cast<int32_t>(axis);
  attributes.block = WALLE_TRY(node.attribute_int("block_size", 0));
  return CoreForm{.attributes = attributes};
}

}  // namespace

extern const OpDef kDequantizeLinear = {.name = "DequantizeLinear",
                                        .formula = "y = (x - zero_point) * scale",
                                        .op_class = OpClass::atomic,
                                        .operands = {2, 3},
                                        .results = {1, 1},
                                        .attributes = "axis:int=1, block_size:int(0..2147483648)=0, output_dtype:int=0",
                                        .infer = infer,
                                        .atomic = atomic};

}  // namespace walle::ops
