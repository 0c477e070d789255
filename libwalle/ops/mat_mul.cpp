#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/product.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (WALLE_TRY(node.dtype(1)) != dtype)
    return node.fail(ErrorCode::invalid_argument, "the operands have different types");
  return rules::infer_product(node, context, 0, 1, dtype);
}

/// Vectors become matrices.
Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  Ints a = WALLE_TRY(node.dims(0));
  Ints b = WALLE_TRY(node.dims(1));
  if (a.size() > 1 && b.size() > 1) return rules::canonical();
  ValueId left = node.operand(0);
  ValueId right = node.operand(1);
  if (a.size() == 1) left = WALLE_TRY(rules::reshape(builder, left, Ints{1, a[0]}));
  if (b.size() == 1) right = WALLE_TRY(rules::reshape(builder, right, Ints{b[0], 1}));
  const ValueId y = WALLE_TRY(builder.one("MatMul", {left, right}));
  return rules::replaced(rules::reshape(builder, y, WALLE_TRY(node.result_dims(0))));
}

Result<CoreForm> atomic(const NodeView&) { return CoreForm{.attributes = MatMulAttributes{}}; }

}  // namespace

extern const OpDef kMatMul = {.name = "MatMul",
                              .formula = "y[…,m,n] = Σ_k a[…,m,k] * b[…,k,n]",
                              .op_class = OpClass::atomic,
                              .operands = {2, 2},
                              .results = {1, 1},
                              .infer = infer,
                              .decompose = decompose,
                              .atomic = atomic};

}  // namespace walle::ops
