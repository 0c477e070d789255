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
  PoolAttributes pool{.op = PoolOp::lp};
  pool.window = WALLE_TRY(rules::pool_window(node));
  const int64_t p = WALLE_TRY(node.attribute_int("p", 2));
  if (p < 1 || p > 64) return node.fail(ErrorCode::invalid_argument, "p must be 1 to 64");
  pool.p = static_cast<int32_t>(p);
  return CoreForm{.attributes = pool};
}

}  // namespace

extern const OpDef kLpPool = {.name = "LpPool",
                              .formula = "y[n,c,q] = (Σ_k |x[n,c,q·stride + k·dilation - pad]|^p)^(1/p)",
                              .op_class = OpClass::atomic,
                              .operands = {1, 1},
                              .results = {1, 1},
                              .attributes =
                                  "auto_pad:string=NOTSET, ceil_mode:int=0, dilations:ints?, "
                                  "kernel_shape:ints, p:int=2, pads:ints?, strides:ints?",
                              .infer = infer,
                              .atomic = atomic};

}  // namespace walle::ops
