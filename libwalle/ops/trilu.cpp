#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

/// A mask out of rows and columns; constant, so that it is folded, unless k depends on data.
Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const Ints dims = WALLE_TRY(node.dims(0));
  if (dims.size() < 2) return node.fail(ErrorCode::invalid_argument, "needs an operand of rank 2 or more");
  const bool upper = WALLE_TRY(node.attribute_int("upper", 1)) != 0;
  ValueId rows = WALLE_TRY(rules::positions(builder, dims[dims.size() - 2], 2, 0));
  const ValueId columns = WALLE_TRY(rules::positions(builder, dims.back(), 2, 1));
  if (node.has(1)) {
    const ValueId k = WALLE_TRY(rules::reshape(builder, node.operand(1), Ints{1, 1}));
    rows = WALLE_TRY(builder.one("Add", {rows, k}));
  }
  const ValueId kept = WALLE_TRY(builder.one(upper ? "GreaterOrEqual" : "LessOrEqual", {columns, rows}));
  return rules::replaced(
      builder.one("Where", {kept, node.operand(0), rules::scalar_like(builder, node.operand(0), 0)}));
}

}  // namespace

extern const OpDef kTrilu = {.name = "Trilu",
                             .formula = "y[…,i,j] = x[…,i,j] where j - i ≥ k (lower: ≤ k), else 0",
                             .op_class = OpClass::composite,
                             .operands = {1, 2},
                             .results = {1, 1},
                             .attributes = "upper:int=1",
                             .infer = rules::infer_same,
                             .decompose = decompose};

}  // namespace walle::ops
