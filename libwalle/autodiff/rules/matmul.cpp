#include <algorithm>

#include "libwalle/autodiff/rules/table.h"

namespace walle::autodiff {
namespace {

using Ints = std::vector<int64_t>;

/// The last two axes exchanged.
Expression transposed(const Expression& a, size_t rank) {
  Ints perm(rank);
  for (size_t d = 0; d < rank; ++d) perm[d] = static_cast<int64_t>(d);
  std::swap(perm[rank - 1], perm[rank - 2]);
  return a.formula().op("Transpose", {a}, {{"perm", perm}});
}

Expression product(const Expression& a, const Expression& b) { return a.formula().op("MatMul", {a, b}); }

/// All axes but the last as one.
Expression as_rows(const Expression& a, const Ints& dims) {
  int64_t rows = 1;
  for (size_t d = 0; d + 1 < dims.size(); ++d) rows *= dims[d];
  return reshape(a, {rows, dims.back()});
}

// y = α a b:  da = α dy bᵀ,  db = α aᵀ dy, summed over the batches along which a or b was broadcast
Result<std::vector<graph::ValueId>> reverse(Reverse& r) {
  if (!is_float(r.dtype(0))) return r.refuse("a product of integers has no gradient");
  const Ints a = r.dims(0);
  const Ints b = r.dims(1);
  const double alpha = r.attributes<MatMulAttributes>().alpha;
  const Expression dy = alpha == 1 ? r.gradient() : alpha * r.gradient();
  auto gradients = r.none();
  if (r.wants(0)) gradients[0] = WALLE_TRY(r.fit(product(dy, transposed(r.operand(1), b.size())), 0));
  if (r.wants(1)) {
    // One weight for all batches: one long product instead of a sum of many.
    const bool shared = b.size() == 2;
    const Expression left = shared ? as_rows(r.operand(0), a) : r.operand(0);
    const Expression right = shared ? as_rows(dy, r.result_dims()) : dy;
    gradients[1] = WALLE_TRY(r.fit(product(transposed(left, shared ? 2 : a.size()), right), 1));
  }
  return gradients;
}

}  // namespace

extern const RuleDef kMatmul;
const RuleDef kMatmul = {.family = Family::matmul, .reverse = reverse};

}  // namespace walle::autodiff
