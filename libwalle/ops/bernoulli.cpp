#include "libwalle/ops/rules/random.h"

namespace walle::ops {
namespace {

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const DType drawn = rules::drawing_dtype(WALLE_TRY(node.dtype(0)));
  const DType dtype = WALLE_TRY(rules::dtype_attribute(node, WALLE_TRY(node.dtype(0))));
  rules::Formula f(builder);
  const rules::Term u = WALLE_TRY(rules::uniform(f, node, WALLE_TRY(node.result_dims(0)), drawn));
  return f.results({compare("Less", u, f.of(node.operand(0)).cast(drawn)).cast(dtype)});
}

}  // namespace

extern const OpDef kBernoulli = {.name = "Bernoulli",
                                 .formula = "y = 1 with probability x, else 0",
                                 .op_class = OpClass::composite,
                                 .operands = {1, 1},
                                 .results = {1, 1},
                                 .attributes = "dtype:int?, seed:float?",
                                 .infer = rules::infer_random_like,
                                 .decompose = decompose,
                                 .random = true};

}  // namespace walle::ops
