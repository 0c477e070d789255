#include "kernels/pool/fold_lines.h"

#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/pool/fold_lines.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/simd/unary-inl.h"

HWY_BEFORE_NAMESPACE();
namespace walle::kernels::pool::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <bool max>
void fold_row(const Row& p) {
  const hn::ScalableTag<float> d;
  using V = hn::Vec<decltype(d)>;
  const size_t lanes = hn::Lanes(d);
  const auto columns = static_cast<size_t>(p.columns);
  for (size_t c = 0; c < columns; c += lanes) {
    V sum = max ? hn::Set(d, -std::numeric_limits<float>::infinity()) : hn::Zero(d);
    for (int64_t t = 0; t < p.tap_count; ++t) {
      const V x = hn::LoadU(d, p.line + p.taps[t] + c);
      if constexpr (max)
        sum = kernels::HWY_NAMESPACE::apply<BinaryOp::max>(d, sum, x);
      else
        sum = hn::Add(sum, x);
    }
    const size_t left = columns - c;
    if constexpr (!max) {
      const V divisor = left >= lanes ? hn::LoadU(d, p.divisors + c) : hn::LoadN(d, p.divisors + c, left);
      sum = hn::Mul(sum, hn::Mul(divisor, hn::Set(d, p.scale)));
    }
    if (left >= lanes)
      hn::StoreU(sum, d, p.y + c);
    else
      hn::StoreN(sum, d, p.y + c, left);
  }
}

void fold_one(const Row& row) {
  if (row.max)
    fold_row<true>(row);
  else
    fold_row<false>(row);
}

}  // namespace walle::kernels::pool::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace walle::kernels::pool {
HWY_EXPORT(fold_one);
void fold_lines(const Row& row) { HWY_DYNAMIC_DISPATCH(fold_one)(row); }
}  // namespace walle::kernels::pool
#endif
