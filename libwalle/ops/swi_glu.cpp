#include "libwalle/ops/rules/formula.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const float alpha = WALLE_TRY(node.attribute_float("alpha", 1));
  rules::Formula f(builder);
  return f.results({f.of(node.operand(0)).apply("Swish", {{"alpha", alpha}}) * f.of(node.operand(1))});
}

}  // namespace

extern const OpDef kSwiGlu = {.name = "SwiGLU",
                              .formula = "y = a / (1 + e^(-alpha * a)) * b",
                              .op_class = OpClass::composite,
                              .operands = {2, 2},
                              .results = {1, 1},
                              .attributes = "alpha:float=1",
                              .infer = rules::infer_same,
                              .decompose = decompose};

}  // namespace walle::ops
