#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {
namespace {

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const ValueId sum = WALLE_TRY(rules::chain(node, builder, "Add"));
  const auto count = static_cast<double>(node.operand_count());
  return rules::replaced(rules::with_scalar(builder, "Div", sum, count));
}

}  // namespace

extern const OpDef kMean = {.name = "Mean",
                            .formula = "y = (a + b + …) / n",
                            .op_class = OpClass::composite,
                            .operands = {1, -1},
                            .results = {1, 1},
                            .infer = rules::infer_variadic,
                            .decompose = decompose};

}  // namespace walle::ops
