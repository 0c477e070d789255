#include "libwalle/ops/rules/window.h"

namespace walle::ops {
namespace {

Result<CoreForm> atomic(const NodeView& node) {
  PoolAttributes pool = WALLE_TRY(rules::pool_attributes(node, PoolOp::max));
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
        "auto_pad:string=NOTSET, ceil_mode:int=0, dilations:ints(1..)?, kernel_shape:ints(1..), pads:ints?, "
        "storage_order:int=0, strides:ints(1..)?",
    .infer = rules::infer_pool,
    .atomic = atomic};

}  // namespace walle::ops
