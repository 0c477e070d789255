#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/window.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (!node.value(0).shape) {
    context.set_unknown_shape(0, dtype);
    context.set_unknown_shape(1, DType::i64);
    return {};
  }
  const Shape shape = WALLE_TRY(rules::pooled_shape(node, context));
  context.set(0, dtype, shape);
  context.set(1, DType::i64, shape);
  return {};
}

Result<CoreForm> atomic(const NodeView& node) {
  PoolAttributes pool{.op = PoolOp::max};
  pool.window = WALLE_TRY(rules::pool_window(node));
  pool.column_major = WALLE_TRY(node.attribute_int("storage_order", 0)) != 0;
  return CoreForm{.attributes = pool};
}

}  // namespace

extern const OpDef kMaxPool = {
    .name = "MaxPool",
    .formula = "y[n,c,p] = max_k x[n,c,p·stride + k·dilation - pad]; optionally the flat position of the maximum",
    .op_class = OpClass::atomic,
    .operands = {1, 1},
    .results = {1, 2},
    .attributes =
        "auto_pad:string=NOTSET, ceil_mode:int=0, dilations:ints?, kernel_shape:ints, pads:ints?, "
        "storage_order:int=0, strides:ints?",
    .infer = infer,
    .atomic = atomic};

}  // namespace walle::ops
