#include "libwalle/ops/rules/global_pool.h"

namespace walle::ops {
namespace {

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  return rules::decompose_global_pool(node, builder, "ReduceMean");
}

}  // namespace

extern const OpDef kGlobalAveragePool = {.name = "GlobalAveragePool",
                                         .formula = "y[n,c] = mean of x[n,c,…]",
                                         .op_class = OpClass::composite,
                                         .operands = {1, 1},
                                         .results = {1, 1},
                                         .infer = rules::infer_global_pool,
                                         .decompose = decompose};

}  // namespace walle::ops
