#include "libwalle/ops/rules/window.h"

namespace walle::ops {
namespace {

Result<CoreForm> atomic(const NodeView& node) {
  PoolAttributes pool = WALLE_TRY(rules::pool_attributes(node, PoolOp::average));
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
    .infer = rules::infer_pool,
    .atomic = atomic};

}  // namespace walle::ops
