#include "kernels/cast/convert.h"

#include <cstring>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cast/convert.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/support/visit.h"

HWY_BEFORE_NAMESPACE();
namespace walle::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Plain loops are vectorised by the compiler for each target; half precision is Highway's.

template <class From, class To>
void plain(const std::byte* x, std::byte* y, int64_t count) {
  const auto* source = reinterpret_cast<const From*>(x);
  auto* destination = reinterpret_cast<To*>(y);
  for (int64_t i = 0; i < count; ++i) destination[i] = static_cast<To>(source[i]);
}

template <class To>
void from_boolean(const std::byte* x, std::byte* y, int64_t count) {
  auto* destination = reinterpret_cast<To*>(y);
  for (int64_t i = 0; i < count; ++i) destination[i] = static_cast<To>(x[i] != std::byte{0} ? 1 : 0);
}

template <class From>
void to_boolean(const std::byte* x, std::byte* y, int64_t count) {
  const auto* source = reinterpret_cast<const From*>(x);
  for (int64_t i = 0; i < count; ++i) y[i] = static_cast<std::byte>(source[i] != 0 ? 1 : 0);
}

void half_to_float(const std::byte* x, std::byte* y, int64_t count) {
  const hn::ScalableTag<float> d;
  const hn::Rebind<hwy::float16_t, decltype(d)> dh;
  const auto* source = reinterpret_cast<const hwy::float16_t*>(x);
  auto* destination = reinterpret_cast<float*>(y);
  const size_t lanes = hn::Lanes(d);
  const auto size = static_cast<size_t>(count);
  size_t i = 0;
  for (; i + lanes <= size; i += lanes) hn::StoreU(hn::PromoteTo(d, hn::LoadU(dh, source + i)), d, destination + i);
  for (; i < size; ++i) {
    Half half;
    std::memcpy(&half, x + i * sizeof(half), sizeof(half));
    destination[i] = to_float(half);
  }
}

void float_to_half(const std::byte* x, std::byte* y, int64_t count) {
  const auto* source = reinterpret_cast<const float*>(x);
  for (int64_t i = 0; i < count; ++i) {
    const Half half = to_half(source[i]);
    std::memcpy(y + i * static_cast<int64_t>(sizeof(half)), &half, sizeof(half));
  }
}

template <class From>
ConvertRow from(DType to) {
  constexpr bool kReal = std::is_floating_point_v<From>;
  ConvertRow row = nullptr;
  if (to == DType::boolean) return to_boolean<From>;
  visit_dtype(to, [&]<class To>(std::type_identity<To>) {
    // Floats to integers need care outside the range and stay with the reference.
    if constexpr (std::is_arithmetic_v<To>) {
      if constexpr (!kReal || std::is_floating_point_v<To>) row = plain<From, To>;
    }
  });
  return row;
}

ConvertRow convert_row_of(DType source, DType to) {
  if (source == DType::f16) return to == DType::f32 ? half_to_float : nullptr;
  if (source == DType::f32 && to == DType::f16) return float_to_half;
  ConvertRow row = nullptr;
  if (source == DType::boolean) {
    if (to == DType::boolean) return nullptr;
    visit_dtype(to, [&]<class To>(std::type_identity<To>) {
      if constexpr (std::is_arithmetic_v<To>) row = from_boolean<To>;
    });
    return row;
  }
  visit_dtype(source, [&]<class From>(std::type_identity<From>) {
    if constexpr (std::is_arithmetic_v<From>) row = from<From>(to);
  });
  return row;
}

}  // namespace walle::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace walle::kernels {
HWY_EXPORT(convert_row_of);
ConvertRow convert_row(DType from, DType to) { return HWY_DYNAMIC_DISPATCH(convert_row_of)(from, to); }
}  // namespace walle::kernels
#endif
