#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {
namespace {

/// The result has the base's type; the exponent may have another.
Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  WALLE_TRY(node.dtype(1));
  if (!rules::has_shapes(node)) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  context.set(0, dtype, WALLE_TRY(rules::broadcast_operands(node, context, 2)));
  return {};
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const DType base = WALLE_TRY(node.dtype(0));
  const DType exponent = WALLE_TRY(node.dtype(1));
  if (base == exponent) return rules::canonical();
  const bool wide = is_integer(base) && is_float(exponent);
  const DType common = wide ? DType::f64 : base;
  const ValueId a = WALLE_TRY(rules::cast(builder, node.operand(0), common));
  const ValueId b = WALLE_TRY(rules::cast(builder, node.operand(1), common));
  const ValueId y = WALLE_TRY(builder.one("Pow", {a, b}));
  return rules::replaced(rules::cast(builder, y, base));
}

}  // namespace

extern const OpDef kPow = {.name = "Pow",
                           .formula = "y = a^b",
                           .op_class = OpClass::atomic,
                           .operands = {2, 2},
                           .results = {1, 1},
                           .upgrade = rules::upgrade_broadcast,
                           .infer = infer,
                           .decompose = decompose,
                           .atomic = rules::binary_form<BinaryOp::pow>};

}  // namespace walle::ops
