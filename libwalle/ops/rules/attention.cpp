#include "libwalle/ops/rules/attention.h"

namespace walle::ops::rules {
namespace {

/// a [B,H,m,k] · b [B,Hk,k,n], where b's heads are shared by broadcasting.
Term grouped_product(Term a, Term b) {
  const Ints x = a.dims();
  const Ints y = b.dims();
  if (x.size() != 4 || y.size() != 4 || x[1] == y[1] || y[1] == 0) return matmul(a, b);
  const Term heads = a.reshape({x[0], y[1], x[1] / y[1], x[2], x[3]});
  return matmul(heads, b.reshape({y[0], y[1], 1, y[2], y[3]})).reshape({x[0], x[1], x[2], y[3]});
}

}  // namespace

Term attention_scores(Term q, Term k) { return grouped_product(q, k.transpose({0, 1, 3, 2})); }

Term attention_values(Term p, Term v) { return grouped_product(p, v); }

Term split_heads(Term x, int64_t heads) {
  const Ints d = x.dims();
  if (d.size() != 3 || heads < 1) return x;
  return x.reshape({d[0], d[1], heads, d[2] / heads}).transpose({0, 2, 1, 3});
}

Term join_heads(Term x) {
  const Ints d = x.dims();
  if (d.size() != 4) return x;
  return x.transpose({0, 2, 1, 3}).reshape({d[0], d[2], d[1] * d[3]});
}

}  // namespace walle::ops::rules
