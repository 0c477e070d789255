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

HWY_INLINE void put(const Rows& p, V sum, float* y, size_t left) {
  const D d;
  const V value = hn::Min(hn::Set(d, p.high), hn::Max(hn::Set(d, p.low), sum));
  if (left >= hn::Lanes(d))
    hn::StoreU(value, d, y);
  else
    hn::StoreN(value, d, y, left);
}

/// One vector of each of `rows` output rows. Every input vector is loaded once and serves all rows that it touches.
template <int kernel, int stride, int rows>
HWY_INLINE void square_rows(const Rows& p, const float* HWY_RESTRICT line, float* HWY_RESTRICT y, size_t left) {
  const D d;
  constexpr int kInputs = (rows - 1) * stride + kernel;
  V sum[rows];
#pragma GCC unroll 8
  for (int r = 0; r < rows; ++r) sum[r] = hn::Set(d, p.bias);
#pragma GCC unroll 16
  for (int i = 0; i < kInputs; ++i) {
#pragma GCC unroll 5
    for (int j = 0; j < kernel; ++j) {
      const V x = hn::LoadU(d, line + i * p.row_floats + p.taps[j]);
#pragma GCC unroll 8
      for (int r = 0; r < rows; ++r) {
        const int tap = i - r * stride;
        if (tap >= 0 && tap < kernel) sum[r] = hn::MulAdd(hn::Set(d, p.weights[tap * kernel + j]), x, sum[r]);
      }
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < rows; ++r) put(p, sum[r], y + r * p.y_row, left);
}

template <int kernel, int stride>
void square(const Rows& p) {
  constexpr int kBlock = 4;
  const size_t lanes = hn::Lanes(D());
  const auto columns = static_cast<size_t>(p.columns);
  int64_t r = 0;
  for (; r + kBlock <= p.rows; r += kBlock) {
    for (size_t c = 0; c < columns; c += lanes) {
      square_rows<kernel, stride, kBlock>(p, p.lines + r * stride * p.row_floats + c, p.y + r * p.y_row + c,
                                          columns - c);
    }
  }
  for (; r < p.rows; ++r) {
    for (size_t c = 0; c < columns; c += lanes) {
      square_rows<kernel, stride, 1>(p, p.lines + r * stride * p.row_floats + c, p.y + r * p.y_row + c, columns - c);
    }
  }
}

/// `vectors` output vectors of one row, any window.
template <int vectors>
HWY_INLINE void any_row(const Rows& p, const float* HWY_RESTRICT line, float* HWY_RESTRICT y, size_t left) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  V sum[vectors];
#pragma GCC unroll 4
  for (int v = 0; v < vectors; ++v) sum[v] = hn::Set(d, p.bias);
  for (int64_t t = 0; t < p.tap_count; ++t) {
    const V w = hn::Set(d, p.weights[t]);
    const float* at = line + p.taps[t];
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) sum[v] = hn::MulAdd(w, hn::LoadU(d, at + static_cast<size_t>(v) * lanes), sum[v]);
  }
#pragma GCC unroll 4
  for (int v = 0; v < vectors; ++v) {
    const size_t start = static_cast<size_t>(v) * lanes;
    if (start < left) put(p, sum[v], y + start, left - start);
  }
}

void any(const Rows& p) {
  const size_t lanes = hn::Lanes(D());
  const auto columns = static_cast<size_t>(p.columns);
  for (int64_t r = 0; r < p.rows; ++r) {
    const float* line = p.lines + r * p.stride * p.row_floats;
    float* y = p.y + r * p.y_row;
    size_t c = 0;
    for (; c + 3 * lanes < columns; c += 4 * lanes) any_row<4>(p, line + c, y + c, columns - c);
    for (; c < columns; c += lanes) any_row<1>(p, line + c, y + c, columns - c);
  }
}

void correlate_rows(const Rows& p) {
  if (p.kernel == 3 && p.stride == 1)
    square<3, 1>(p);
  else if (p.kernel == 3 && p.stride == 2)
    square<3, 2>(p);
  else if (p.kernel == 5 && p.stride == 1)
    square<5, 1>(p);
  else if (p.kernel == 5 && p.stride == 2)
    square<5, 2>(p);
  else
    any(p);
}

}  // namespace walle::kernels::depthwise::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace walle::kernels::depthwise {
HWY_EXPORT(correlate_rows);
void correlate(const Rows& rows) { HWY_DYNAMIC_DISPATCH(correlate_rows)(rows); }
}  // namespace walle::kernels::depthwise
#endif
