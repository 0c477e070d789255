#include "libwalle/ops/rules/window.h"

namespace walle::ops {
namespace {

Result<CoreForm> atomic(const NodeView& node) {
  PoolAttributes pool = WALLE_TRY(rules::pool_attributes(node, PoolOp::lp));
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
                                  "auto_pad:string=NOTSET, ceil_mode:int=0, dilations:ints(1..)?, "
                                  "kernel_shape:ints(1..), p:int=2, pads:ints?, strides:ints(1..)?",
                              .infer = rules::infer_pool,
                              .atomic = atomic};

}  // namespace walle::ops
