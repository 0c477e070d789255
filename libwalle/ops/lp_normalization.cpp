#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const ValueId x = node.operand(0);
  const auto rank = static_cast<int64_t>(WALLE_TRY(node.dims(0)).size());
  const int64_t axis = WALLE_TRY(rules::attribute_axis(node, -1, rank));
  const int64_t p = WALLE_TRY(node.attribute_int("p", 2));
  if (p != 1 && p != 2) return node.fail(ErrorCode::invalid_argument, "p must be 1 or 2");
  const ValueId norm = WALLE_TRY(rules::reduce(builder, p == 1 ? "ReduceL1" : "ReduceL2", x, {axis}, true));
  // 0 / 0 is 0 here: a row of zeros stays one.
  const ValueId zero = WALLE_TRY(rules::with_scalar(builder, "Equal", norm, 0));
  const ValueId safe = WALLE_TRY(builder.one("Where", {zero, rules::scalar_like(builder, norm, 1), norm}));
  return rules::replaced(builder.one("Div", {x, safe}));
}

}  // namespace

extern const OpDef kLpNormalization = {.name = "LpNormalization",
                                       .formula = "y = x / (Σ |x|^p)^(1/p) along the axis",
                                       .op_class = OpClass::composite,
                                       .operands = {1, 1},
                                       .results = {1, 1},
                                       .attributes = "axis:int=-1, p:int=2",
                                       .infer = rules::infer_same,
                                       .decompose = decompose};

}  // namespace walle::ops
