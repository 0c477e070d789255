#include "libwalle/ops/rules/global_pool.h"

namespace walle::ops {
namespace {

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  return rules::decompose_global_pool(node, builder, "ReduceMax");
}

}  // namespace

extern const OpDef kGlobalMaxPool = {.name = "GlobalMaxPool",
                                     .formula = "y[n,c] = max of x[n,c,…]",
                                     .op_class = OpClass::composite,
                                     .operands = {1, 1},
                                     .results = {1, 1},
                                     .infer = rules::infer_global_pool,
                                     .decompose = decompose};

}  // namespace walle::ops
