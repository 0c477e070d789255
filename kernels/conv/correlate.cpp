#include "kernels/conv/depthwise.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv/correlate.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace walle::kernels::depthwise::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

/// `vectors` output vectors of one row; kTaps 0: any number.
template <int vectors, int kTaps>
HWY_INLINE void outputs(const Rows& p, const float* HWY_RESTRICT line, float* HWY_RESTRICT y, size_t left) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  V sum[vectors];
#pragma GCC unroll 4
  for (int v = 0; v < vectors; ++v) sum[v] = hn::Set(d, p.bias);
  const int64_t taps = kTaps == 0 ? p.taps : kTaps;
#pragma GCC unroll 9
  for (int64_t t = 0; t < taps; ++t) {
    const V w = hn::Set(d, p.weights[t]);
    const float* at = line + p.offsets[t];
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) sum[v] = hn::MulAdd(w, hn::LoadU(d, at + static_cast<size_t>(v) * lanes), sum[v]);
  }
  const V low = hn::Set(d, p.low);
  const V high = hn::Set(d, p.high);
#pragma GCC unroll 4
  for (int v = 0; v < vectors; ++v) {
    const V value = hn::Min(high, hn::Max(low, sum[v]));
    const size_t start = static_cast<size_t>(v) * lanes;
    if (start + lanes <= left)
      hn::StoreU(value, d, y + start);
    else
      hn::StoreN(value, d, y + start, left - start);
  }
}

template <int kTaps>
void all_rows(const Rows& p) {
  const size_t lanes = hn::Lanes(D());
  const auto columns = static_cast<size_t>(p.columns);
  for (int64_t r = 0; r < p.rows; ++r) {
    const float* line = p.lines + r * p.row_step;
    float* y = p.y + r * p.y_row;
    size_t i = 0;
    for (; i + 3 * lanes < columns; i += 4 * lanes) outputs<4, kTaps>(p, line + i, y + i, columns - i);
    if (i + lanes < columns) {
      outputs<2, kTaps>(p, line + i, y + i, columns - i);
      i += 2 * lanes;
    }
    if (i < columns) outputs<1, kTaps>(p, line + i, y + i, columns - i);
  }
}

void correlate_rows(const Rows& p) {
  if (p.taps == 9)
    all_rows<9>(p);
  else
    all_rows<0>(p);
}

}  // namespace walle::kernels::depthwise::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace walle::kernels::depthwise {
HWY_EXPORT(correlate_rows);
void correlate(const Rows& rows) { HWY_DYNAMIC_DISPATCH(correlate_rows)(rows); }
}  // namespace walle::kernels::depthwise
#endif
