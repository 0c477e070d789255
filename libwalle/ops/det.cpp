#include "libwalle/ops/rules/formula.h"
#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

using rules::Formula;
using rules::Term;

/// Largest matrix: elimination is written out row by row.
constexpr int64_t kMaxSize = 64;

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (!node.value(0).shape) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  Shape shape = *node.value(0).shape;
  if (shape.size() < 2 || !rules::may_equal(shape[shape.size() - 1], shape[shape.size() - 2]))
    return node.fail(ErrorCode::invalid_argument, "needs square matrices, not " + rules::text(shape));
  shape.resize(shape.size() - 2);
  context.set(0, dtype, std::move(shape));
  return {};
}

/// Gaussian elimination of [B, n, n] with the largest pivot of each column; the pivots' product.
Term eliminate(Formula& f, Term a, int64_t n) {
  const int64_t batch = a.dims().empty() ? 1 : a.dims()[0];
  Term det;
  for (int64_t size = n; size >= 1; --size) {
    const Term column = a.slice(2, 0, 1);
    const Term at = f.op("ArgMax", {column.apply("Abs")}, {{"axis", int64_t{1}}});  // [B, 1, 1]
    const Term chosen = f.op("Equal", {f.positions(size, 3, 1), at});
    const Term zero = f.number(a.dtype(), 0);
    const Term row = where(chosen, a, zero).reduce("ReduceSum", {1});  // [B, 1, size]
    const Term pivot = row.slice(2, 0, 1);
    const Term swapped = f.op("Equal", {at, f.number(DType::i64, 0)});
    const Term signed_pivot = where(swapped, pivot, pivot.apply("Neg")).reshape({batch});
    det = det.id() == kNoValue ? signed_pivot : det * signed_pivot;
    if (size == 1 || f.failed()) break;
    const Term rest = where(chosen, a.slice(1, 0, 1), a).slice(1, 1, size);  // the first row takes the pivot's place
    const Term safe = where(f.op("Equal", {pivot, zero}), f.number(a.dtype(), 1), pivot);
    a = (rest - rest.slice(2, 0, 1) / safe * row).slice(2, 1, size);
  }
  return det;
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const Ints dims = WALLE_TRY(node.dims(0));
  const Ints result = WALLE_TRY(node.result_dims(0));
  const int64_t n = dims.back();
  if (n < 1 || n > kMaxSize)
    return node.fail(ErrorCode::unsupported, "matrices of 1 to " + std::to_string(kMaxSize) + " rows");
  const DType dtype = WALLE_TRY(node.dtype(0));
  Formula f(builder);
  const Term a =
      f.of(node.operand(0)).cast(dtype == DType::f64 ? dtype : DType::f32).reshape({rules::count(result), n, n});
  return f.results({eliminate(f, a, n).reshape(result).cast(dtype)});
}

}  // namespace

extern const OpDef kDet = {.name = "Det",
                           .formula = "y = determinant of each matrix x[…,:,:]",
                           .op_class = OpClass::composite,
                           .operands = {1, 1},
                           .results = {1, 1},
                           .infer = infer,
                           .decompose = decompose};

}  // namespace walle::ops
