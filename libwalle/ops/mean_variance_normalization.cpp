#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const ValueId x = node.operand(0);
  const Ints axes = WALLE_TRY(node.attribute_ints("axes", {0, 2, 3}));
  const ValueId mean = WALLE_TRY(rules::reduce(builder, "ReduceMean", x, axes, true));
  const ValueId centred = WALLE_TRY(builder.one("Sub", {x, mean}));
  const ValueId squares = WALLE_TRY(builder.one("Mul", {centred, centred}));
  const ValueId variance = WALLE_TRY(rules::reduce(builder, "ReduceMean", squares, axes, true));
  const ValueId deviation = WALLE_TRY(builder.one("Sqrt", {variance}));
  const ValueId safe = WALLE_TRY(rules::with_scalar(builder, "Add", deviation, 1e-9));
  return rules::replaced(builder.one("Div", {centred, safe}));
}

}  // namespace

extern const OpDef kMeanVarianceNormalization = {.name = "MeanVarianceNormalization",
                                                 .formula = "y = (x - mean) / (√var + 1e-9) over the axes",
                                                 .op_class = OpClass::composite,
                                                 .operands = {1, 1},
                                                 .results = {1, 1},
                                                 .attributes = "axes:ints?",
                                                 .infer = rules::infer_same,
                                                 .decompose = decompose};

}  // namespace walle::ops
