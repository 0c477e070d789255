#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/window.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (!node.value(0).shape) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  context.set(0, dtype, WALLE_TRY(rules::pooled_shape(node, context)));
  return {};
}

Result<CoreForm> atomic(const NodeView& node) {
  PoolAttributes pool{.op = PoolOp::average};
  pool.window = WALLE_TRY(rules::pool_window(node));
  pool.count_include_pad = WALLE_TRY(node.attribute_int("count_include_pad", 0)) != 0;
  return CoreForm{.attributes = pool};
}

}  // namespace

extern const OpDef kAveragePool = {
    .name = "AveragePool",
    .formula = "y[n,c,p] = mean_k x[n,c,p·stride + k·dilation - pad]",
    .op_class = OpClass::atomic,
    .operands = {1, 1},
    .results = {1, 1},
    .attributes =
        "auto_pad:string=NOTSET, ceil_mode:int=0, count_include_pad:int=0, dilations:ints?, "
        "kernel_shape:ints, pads:ints?, strides:ints?",
    .infer = infer,
    .atomic = atomic};

}  // namespace walle::ops
