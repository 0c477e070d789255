#pragma once

#include <cstdint>
#include <type_traits>

#include "kernels/abi/dtype.h"

namespace walle::np {

/// The type that arithmetic on stored elements of type T happens in: f16 and bf16 compute as float.
template <class T>
struct ComputeOf {
  using type = T;
};
template <>
struct ComputeOf<Half> {
  using type = float;
};
template <>
struct ComputeOf<BFloat16> {
  using type = float;
};
template <class T>
using Compute = typename ComputeOf<T>::type;

template <class T>
[[nodiscard]] inline Compute<T> load(const T& x) {
  if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
    return to_float(x);
  } else {
    return x;
  }
}

/// Converts any arithmetic value to a stored element by C's rules (bool: != 0).
template <class T, class V>
[[nodiscard]] inline T store(V x) {
  if constexpr (std::is_same_v<T, Half>) {
    return to_half(static_cast<float>(x));
  } else if constexpr (std::is_same_v<T, BFloat16>) {
    return to_bfloat16(static_cast<float>(x));
  } else if constexpr (std::is_same_v<T, bool>) {
    return x != V{};
  } else if constexpr (std::is_floating_point_v<V> && std::is_integral_v<T> && sizeof(T) < 4) {
    return static_cast<T>(static_cast<int32_t>(x));  // as compilers do for in-range values; wraps beyond
  } else {
    return static_cast<T>(x);
  }
}

template <class T>
inline constexpr bool kIsFloat = std::is_floating_point_v<Compute<T>>;
template <class T>
inline constexpr bool kIsBool = std::is_same_v<T, bool>;

/// Never true for integers.
template <class V>
[[nodiscard]] constexpr bool is_nan([[maybe_unused]] V x) {
  if constexpr (std::is_floating_point_v<V>) {
    return x != x;
  } else {
    return false;
  }
}

template <class T>
struct Tag {
  using type = T;
};

/// Calls `f(Tag<T>{})` with the element type of `dtype`; types that only carry data are not element
/// types of arrays (f is not called).
template <class F>
void visit(DType dtype, F&& f) {
  switch (dtype) {
    case DType::boolean:
      return f(Tag<bool>{});
    case DType::i8:
      return f(Tag<int8_t>{});
    case DType::u8:
      return f(Tag<uint8_t>{});
    case DType::i16:
      return f(Tag<int16_t>{});
    case DType::u16:
      return f(Tag<uint16_t>{});
    case DType::i32:
      return f(Tag<int32_t>{});
    case DType::u32:
      return f(Tag<uint32_t>{});
    case DType::i64:
      return f(Tag<int64_t>{});
    case DType::u64:
      return f(Tag<uint64_t>{});
    case DType::f16:
      return f(Tag<Half>{});
    case DType::bf16:
      return f(Tag<BFloat16>{});
    case DType::f32:
      return f(Tag<float>{});
    case DType::f64:
      return f(Tag<double>{});
    default:
      return;
  }
}

}  // namespace walle::np
