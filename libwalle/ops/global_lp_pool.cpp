#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/global_pool.h"

namespace walle::ops {
namespace {

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const int64_t p = WALLE_TRY(node.attribute_int("p", 2));
  if (p < 1 || p > 64) return node.fail(ErrorCode::invalid_argument, "p must be 1 to 64");
  if (p == 1) return rules::decompose_global_pool(node, builder, "ReduceL1");
  if (p == 2) return rules::decompose_global_pool(node, builder, "ReduceL2");
  Ints axes;
  for (size_t i = 2; i < WALLE_TRY(node.dims(0)).size(); ++i) axes.push_back(static_cast<int64_t>(i));
  const ValueId size = WALLE_TRY(builder.one("Abs", {node.operand(0)}));
  const ValueId powers = WALLE_TRY(rules::with_scalar(builder, "Pow", size, static_cast<double>(p)));
  const ValueId sum = WALLE_TRY(rules::reduce(builder, "ReduceSum", powers, axes, true));
  return rules::replaced(rules::with_scalar(builder, "Pow", sum, 1.0 / static_cast<double>(p)));
}

}  // namespace

extern const OpDef kGlobalLpPool = {.name = "GlobalLpPool",
                                    .formula = "y[n,c] = (Σ |x[n,c,…]|^p)^(1/p)",
                                    .op_class = OpClass::composite,
                                    .operands = {1, 1},
                                    .results = {1, 1},
                                    .attributes = "p:int=2",
                                    .infer = rules::infer_global_pool,
                                    .decompose = decompose};

}  // namespace walle::ops
