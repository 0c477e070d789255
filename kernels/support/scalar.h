#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "kernels/abi/dtype.h"
#include "kernels/abi/small_float.h"
#include "kernels/support/visit.h"

namespace walle::kernels {

/// Reference kernels compute in one of three wide types: double for all floats, int64_t and uint64_t for integers and
/// booleans. Integers wrap when they are stored; floats round once, to nearest even.
template <class T>
inline constexpr bool kIsFloat =
    std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>;
template <class T>
using Wide =
    std::conditional_t<kIsFloat<T>, double,
                       std::conditional_t<std::is_same_v<T, Boolean> || std::is_unsigned_v<T>, uint64_t, int64_t>>;

/// double to float, rounded to odd: a later rounding to a shorter type is then the only one that counts.
[[nodiscard]] inline float round_to_odd(double x) {
  const auto f = static_cast<float>(x);
  if (std::isnan(x) || static_cast<double>(f) == x || std::isinf(x)) return f;
  const auto bits = std::bit_cast<uint32_t>(f);
  if ((bits & 1U) != 0 && !std::isinf(f)) return f;
  const bool away = std::fabs(static_cast<double>(f)) > std::fabs(x);
  return std::bit_cast<float>(away ? bits - 1 : bits + 1);
}

template <class T>
[[nodiscard]] Wide<T> load(T x) {
  if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
    return static_cast<double>(to_float(x));
  } else if constexpr (std::is_same_v<T, Boolean>) {
    return x.value != 0 ? 1U : 0U;
  } else {
    return static_cast<Wide<T>>(x);
  }
}

template <class T>
[[nodiscard]] T store(Wide<T> x) {
  if constexpr (std::is_same_v<T, Half>) {
    return to_half(round_to_odd(x));
  } else if constexpr (std::is_same_v<T, BFloat16>) {
    return to_bfloat16(round_to_odd(x));
  } else if constexpr (std::is_same_v<T, Boolean>) {
    return Boolean{static_cast<uint8_t>(x != 0 ? 1 : 0)};
  } else {
    return static_cast<T>(x);
  }
}

/// Float to integer, towards zero; outside the range the nearest value; NaN gives 0.
template <class I>
[[nodiscard]] I clamp_to(double x) {
  if (std::isnan(x)) return 0;
  if (x <= static_cast<double>(std::numeric_limits<I>::lowest())) return std::numeric_limits<I>::lowest();
  if (x >= static_cast<double>(std::numeric_limits<I>::max())) return std::numeric_limits<I>::max();
  return static_cast<I>(x);
}

/// Between the wide types: floats become integers as in clamp_to.
template <class To, class From>
[[nodiscard]] To convert(From x) {
  if constexpr (std::is_same_v<From, double> && !std::is_same_v<To, double>) {
    return clamp_to<To>(x);
  } else {
    return static_cast<To>(x);
  }
}

/// Element `index` of a buffer of any dtype in the wide type W. Slow: for scales, indices, biases.
template <class W>
[[nodiscard]] W load_as(DType dtype, const void* data, int64_t index) {
  W result{};
  const bool visited = visit_dtype(
      dtype, [&]<class T>(std::type_identity<T>) { result = convert<W>(load(static_cast<const T*>(data)[index])); });
  return visited ? result : convert<W>(carried_at(dtype, data, index));
}

/// Stores a wide value as element `index` of any dtype; integers wrap, small floats saturate. Packed types: not safe
/// beside another thread.
template <class W>
void store_as(DType dtype, void* data, int64_t index, W value) {
  const bool visited = visit_dtype(
      dtype, [&]<class T>(std::type_identity<T>) { static_cast<T*>(data)[index] = store<T>(convert<Wide<T>>(value)); });
  if (visited) return;
  const int bits = bits_of(dtype);
  const unsigned raw = is_small_float(dtype) ? small_to_bits(dtype, convert<double>(value), true)
                                             : static_cast<unsigned>(convert<int64_t>(value));
  if (bits == 8)
    static_cast<uint8_t*>(data)[index] = static_cast<uint8_t>(raw);
  else
    set_packed(data, bits, index, raw & ((1U << bits) - 1));
}

/// a, wrapped arithmetic of the wide integers; plain for double.
template <class W>
[[nodiscard]] W add(W a, W b) {
  if constexpr (std::is_same_v<W, double>)
    return a + b;
  else
    return static_cast<W>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
template <class W>
[[nodiscard]] W multiply(W a, W b) {
  if constexpr (std::is_same_v<W, double>)
    return a * b;
  else
    return static_cast<W>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}
template <class W>
[[nodiscard]] bool is_nan(W x) {
  if constexpr (std::is_same_v<W, double>)
    return std::isnan(x);
  else
    return false;
}
/// The larger (smaller) of two; NaN if one is NaN.
template <class W>
[[nodiscard]] W larger(W a, W b) {
  if constexpr (std::is_same_v<W, double>) {
    if (std::isnan(a)) return a;
    if (std::isnan(b)) return b;
  }
  return a < b ? b : a;
}
template <class W>
[[nodiscard]] W smaller(W a, W b) {
  if constexpr (std::is_same_v<W, double>) {
    if (std::isnan(a)) return a;
    if (std::isnan(b)) return b;
  }
  return b < a ? b : a;
}
/// The value below (above) all others of the storage type T, as its wide type.
template <class T>
[[nodiscard]] Wide<T> lowest_of() {
  if constexpr (kIsFloat<T>)
    return -std::numeric_limits<double>::infinity();
  else if constexpr (std::is_same_v<T, Boolean>)
    return 0;
  else
    return static_cast<Wide<T>>(std::numeric_limits<T>::lowest());
}
template <class T>
[[nodiscard]] Wide<T> highest_of() {
  if constexpr (kIsFloat<T>)
    return std::numeric_limits<double>::infinity();
  else if constexpr (std::is_same_v<T, Boolean>)
    return 1;
  else
    return static_cast<Wide<T>>(std::numeric_limits<T>::max());
}

}  // namespace walle::kernels
