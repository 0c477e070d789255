#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (WALLE_TRY(node.dtype(1)) != dtype || (node.has(2) && WALLE_TRY(node.dtype(2)) != dtype))
    return node.fail(ErrorCode::invalid_argument, "the operands have different types");
  if (!rules::has_shapes(node)) {
    rules::set_fresh(context, 0, dtype, 2);
    return {};
  }
  Shape a = *node.value(0).shape;
  Shape b = *node.value(1).shape;
  if (a.size() != 2 || b.size() != 2) return node.fail(ErrorCode::invalid_argument, "needs two matrices");
  if (WALLE_TRY(node.attribute_int("transA", 0)) != 0) std::swap(a[0], a[1]);
  if (WALLE_TRY(node.attribute_int("transB", 0)) != 0) std::swap(b[0], b[1]);
  if (!rules::may_equal(a[1], b[0])) return rules::mismatch(node, 0, 1);
  const Shape result = {a[0], b[1]};
  if (node.has(2)) {
    const std::vector<Shape> both = {result, *node.value(2).shape};
    const Shape sum = WALLE_TRY(rules::broadcast(node, context, both));
    if (sum.size() != 2 || !rules::may_equal(sum[0], result[0]) || !rules::may_equal(sum[1], result[1]))
      return rules::mismatch(node, 0, 2);
  }
  context.set(0, dtype, result);
  return {};
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const auto alpha = static_cast<double>(WALLE_TRY(node.attribute_float("alpha", 1)));
  const auto beta = static_cast<double>(WALLE_TRY(node.attribute_float("beta", 1)));
  ValueId a = node.operand(0);
  ValueId b = node.operand(1);
  if (WALLE_TRY(node.attribute_int("transA", 0)) != 0) a = WALLE_TRY(rules::transpose(builder, a, {1, 0}));
  if (WALLE_TRY(node.attribute_int("transB", 0)) != 0) b = WALLE_TRY(rules::transpose(builder, b, {1, 0}));
  ValueId y = WALLE_TRY(builder.one("MatMul", {a, b}));
  if (alpha != 1) y = WALLE_TRY(rules::with_scalar(builder, "Mul", y, alpha));
  if (!node.has(2) || beta == 0) return rules::replaced(y);
  ValueId c = node.operand(2);
  if (beta != 1) c = WALLE_TRY(rules::with_scalar(builder, "Mul", c, beta));
  return rules::replaced(builder.one("Add", {y, c}));
}

}  // namespace

extern const OpDef kGemm = {.name = "Gemm",
                            .formula = "y = alpha * a' b' + beta * c, where ' transposes if asked to",
                            .op_class = OpClass::composite,
                            .operands = {2, 3},
                            .results = {1, 1},
                            .attributes = "alpha:float=1, beta:float=1, broadcast:int=0, transA:int=0, transB:int=0",
                            .infer = infer,
                            .decompose = decompose};

}  // namespace walle::ops
