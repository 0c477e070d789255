#include "kernels/simd/byte_rows.h"

#include <algorithm>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/simd/byte_rows.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace walle::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using DF = hn::ScalableTag<float>;
using D32 = hn::RebindToSigned<DF>;

template <class T>
void floats_of(const T* x, float* y, size_t count, int32_t zero, float scale) {
  const DF df;
  const D32 d;
  const hn::Rebind<T, D32> dt;
  const size_t lanes = hn::Lanes(d);
  const auto shift = hn::Set(d, zero);
  const auto factor = hn::Set(df, scale);
  for (size_t i = 0; i < count; i += lanes) {
    const size_t left = count - i;
    const auto bytes = left >= lanes ? hn::LoadU(dt, x + i) : hn::LoadN(dt, x + i, left);
    const auto value = hn::Mul(hn::ConvertTo(df, hn::Sub(hn::PromoteTo(d, bytes), shift)), factor);
    if (left >= lanes)
      hn::StoreU(value, df, y + i);
    else
      hn::StoreN(value, df, y + i, left);
  }
}

template <class T>
void bytes_of(const float* x, T* y, size_t count, float scale, int32_t zero) {
  const DF df;
  const D32 d;
  const hn::Rebind<T, D32> dt;
  const size_t lanes = hn::Lanes(d);
  const auto low = hn::Set(df, static_cast<float>(std::numeric_limits<T>::min() - zero));
  const auto high = hn::Set(df, static_cast<float>(std::numeric_limits<T>::max() - zero));
  const auto shift = hn::Set(d, zero);
  const auto divisor = hn::Set(df, scale);
  const bool divide = scale != 1;
  for (size_t i = 0; i < count; i += lanes) {
    const size_t left = count - i;
    auto value = left >= lanes ? hn::LoadU(df, x + i) : hn::LoadN(df, x + i, left);
    if (divide) value = hn::Div(value, divisor);
    value = hn::IfThenZeroElse(hn::IsNaN(value), value);
    const auto steps = hn::NearestInt(hn::Min(high, hn::Max(low, value)));
    const auto bytes = hn::DemoteTo(dt, hn::Add(steps, shift));
    if (left >= lanes)
      hn::StoreU(bytes, dt, y + i);
    else
      hn::StoreN(bytes, dt, y + i, left);
  }
}

void to_floats(const void* x, bool is_signed, float* y, size_t count, int32_t zero, float scale) {
  if (is_signed)
    floats_of(static_cast<const int8_t*>(x), y, count, zero, scale);
  else
    floats_of(static_cast<const uint8_t*>(x), y, count, zero, scale);
}

void to_bytes(const float* x, bool is_signed, void* y, size_t count, float scale, int32_t zero) {
  if (is_signed)
    bytes_of(x, static_cast<int8_t*>(y), count, scale, zero);
  else
    bytes_of(x, static_cast<uint8_t*>(y), count, scale, zero);
}

ByteRows byte_rows_here() { return {.to_floats = to_floats, .to_bytes = to_bytes}; }

}  // namespace walle::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace walle::kernels {
HWY_EXPORT(byte_rows_here);

const ByteRows& byte_rows() {
  static const ByteRows rows = HWY_DYNAMIC_DISPATCH(byte_rows_here)();
  return rows;
}

}  // namespace walle::kernels
#endif
