#include <algorithm>

#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (WALLE_TRY(node.dtype(1)) != dtype)
    return node.fail(ErrorCode::invalid_argument, "the operands have different types");
  if (!rules::has_shapes(node)) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  Shape a = *node.value(0).shape;
  Shape b = *node.value(1).shape;
  if (a.empty() || b.empty()) return node.fail(ErrorCode::invalid_argument, "a scalar is no operand of a product");
  const bool row = a.size() == 1;
  const bool column = b.size() == 1;
  if (row) a.insert(a.begin(), Dim(1));
  if (column) b.emplace_back(1);
  if (!rules::may_equal(a.back(), b[b.size() - 2])) return rules::mismatch(node, 0, 1);
  const std::vector<Shape> batches = {Shape(a.begin(), a.end() - 2), Shape(b.begin(), b.end() - 2)};
  Shape result = WALLE_TRY(rules::broadcast(node, context, batches));
  if (!row) result.push_back(a[a.size() - 2]);
  if (!column) result.push_back(b.back());
  context.set(0, dtype, std::move(result));
  return {};
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
