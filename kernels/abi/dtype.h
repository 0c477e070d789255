#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string_view>

namespace walle {

/// Element types. `boolean` is one byte, 0 or 1. Types below 8 bits are packed, the first element in the lowest bits.
/// Packed types and the floats of 8 and 4 bits (small_float.h) only carry data: casts, quantisation and copies know
/// them, arithmetic does not.
enum class DType : uint8_t {
  f32,
  f16,
  bf16,
  f64,
  i8,
  u8,
  i16,
  u16,
  i32,
  u32,
  i64,
  u64,
  boolean,
  i4,
  u4,
  f8e4m3fn,
  f8e4m3fnuz,
  f8e5m2,
  f8e5m2fnuz,
  f8e8m0,
  f4e2m1,
  i2,
  u2
};
inline constexpr int kDTypes = 23;

/// How a cast to f8e8m0 takes a power of two from a number that is none.
enum class ScaleRounding : uint8_t { up, down, nearest };

/// IEEE 754 binary16 and bfloat16 as storage; arithmetic goes through float.
struct Half {
  uint16_t bits;
};
struct BFloat16 {
  uint16_t bits;
};

namespace detail {
enum class DTypeKind : uint8_t { floating, integer, boolean, small_float };
struct DTypeRow {
  std::string_view name;
  int bits;
  DTypeKind kind;
};
inline constexpr std::array<DTypeRow, kDTypes> kDTypeRows = {{{"f32", 32, DTypeKind::floating},
                                                              {"f16", 16, DTypeKind::floating},
                                                              {"bf16", 16, DTypeKind::floating},
                                                              {"f64", 64, DTypeKind::floating},
                                                              {"i8", 8, DTypeKind::integer},
                                                              {"u8", 8, DTypeKind::integer},
                                                              {"i16", 16, DTypeKind::integer},
                                                              {"u16", 16, DTypeKind::integer},
                                                              {"i32", 32, DTypeKind::integer},
                                                              {"u32", 32, DTypeKind::integer},
                                                              {"i64", 64, DTypeKind::integer},
                                                              {"u64", 64, DTypeKind::integer},
                                                              {"bool", 8, DTypeKind::boolean},
                                                              {"i4", 4, DTypeKind::integer},
                                                              {"u4", 4, DTypeKind::integer},
                                                              {"f8e4m3fn", 8, DTypeKind::small_float},
                                                              {"f8e4m3fnuz", 8, DTypeKind::small_float},
                                                              {"f8e5m2", 8, DTypeKind::small_float},
                                                              {"f8e5m2fnuz", 8, DTypeKind::small_float},
                                                              {"f8e8m0", 8, DTypeKind::small_float},
                                                              {"f4e2m1", 4, DTypeKind::small_float},
                                                              {"i2", 2, DTypeKind::integer},
                                                              {"u2", 2, DTypeKind::integer}}};
}  // namespace detail

[[nodiscard]] constexpr std::string_view name_of(DType dtype) {
  return detail::kDTypeRows[static_cast<size_t>(dtype)].name;
}
[[nodiscard]] constexpr int bits_of(DType dtype) { return detail::kDTypeRows[static_cast<size_t>(dtype)].bits; }
/// Bytes that `count` elements take; `count` ≥ 0.
[[nodiscard]] constexpr int64_t bytes_of(DType dtype, int64_t count) { return (count * bits_of(dtype) + 7) / 8; }
/// The floats that kernels compute with.
[[nodiscard]] constexpr bool is_float(DType d) {
  return detail::kDTypeRows[static_cast<size_t>(d)].kind == detail::DTypeKind::floating;
}
[[nodiscard]] constexpr bool is_integer(DType d) {
  return detail::kDTypeRows[static_cast<size_t>(d)].kind == detail::DTypeKind::integer;
}
/// The floats of 8 and 4 bits.
[[nodiscard]] constexpr bool is_small_float(DType d) {
  return detail::kDTypeRows[static_cast<size_t>(d)].kind == detail::DTypeKind::small_float;
}
/// True for types that only carry data.
[[nodiscard]] constexpr bool is_storage_only(DType d) { return is_small_float(d) || bits_of(d) < 8; }
[[nodiscard]] constexpr std::optional<DType> dtype_from(std::string_view name) {
  for (int i = 0; i < kDTypes; ++i) {
    if (detail::kDTypeRows[static_cast<size_t>(i)].name == name) return static_cast<DType>(i);
  }
  return std::nullopt;
}

template <class T>
struct DTypeOf;
template <>
struct DTypeOf<float> {
  static constexpr DType value = DType::f32;
};
template <>
struct DTypeOf<Half> {
  static constexpr DType value = DType::f16;
};
template <>
struct DTypeOf<BFloat16> {
  static constexpr DType value = DType::bf16;
};
template <>
struct DTypeOf<double> {
  static constexpr DType value = DType::f64;
};
template <>
struct DTypeOf<int8_t> {
  static constexpr DType value = DType::i8;
};
template <>
struct DTypeOf<uint8_t> {
  static constexpr DType value = DType::u8;
};
template <>
struct DTypeOf<int16_t> {
  static constexpr DType value = DType::i16;
};
template <>
struct DTypeOf<uint16_t> {
  static constexpr DType value = DType::u16;
};
template <>
struct DTypeOf<int32_t> {
  static constexpr DType value = DType::i32;
};
template <>
struct DTypeOf<uint32_t> {
  static constexpr DType value = DType::u32;
};
template <>
struct DTypeOf<int64_t> {
  static constexpr DType value = DType::i64;
};
template <>
struct DTypeOf<uint64_t> {
  static constexpr DType value = DType::u64;
};
template <>
struct DTypeOf<bool> {
  static constexpr DType value = DType::boolean;
};
template <class T>
inline constexpr DType kDTypeOf = DTypeOf<T>::value;

/// Conversions with round-to-nearest-even; NaN stays NaN.
[[nodiscard]] constexpr float to_float(BFloat16 x) { return std::bit_cast<float>(static_cast<uint32_t>(x.bits) << 16); }
[[nodiscard]] constexpr BFloat16 to_bfloat16(float x) {
  const auto b = std::bit_cast<uint32_t>(x);
  if ((b & 0x7fffffffU) > 0x7f800000U) return {static_cast<uint16_t>((b >> 16) | 64U)};
  return {static_cast<uint16_t>((b + 0x7fffU + ((b >> 16) & 1U)) >> 16)};
}
[[nodiscard]] constexpr float to_float(Half x) {
  const uint32_t sign = static_cast<uint32_t>(x.bits & 0x8000U) << 16;
  const uint32_t magnitude = x.bits & 0x7fffU;
  if (magnitude >= 0x7c00U) return std::bit_cast<float>(sign | 0x7f800000U | (magnitude & 0x3ffU) << 13);
  if (magnitude >= 0x0400U) return std::bit_cast<float>(sign | ((magnitude << 13) + 0x38000000U));
  const float subnormal = static_cast<float>(magnitude) * 0x1p-24F;
  return std::bit_cast<float>(sign | std::bit_cast<uint32_t>(subnormal));
}
[[nodiscard]] constexpr Half to_half(float x) {
  const auto b = std::bit_cast<uint32_t>(x);
  const uint32_t sign = (b >> 16) & 0x8000U;
  const uint32_t magnitude = b & 0x7fffffffU;
  if (magnitude > 0x7f800000U) return {static_cast<uint16_t>(sign | 0x7e00U)};
  if (magnitude >= 0x47800000U) return {static_cast<uint16_t>(sign | 0x7c00U)};
  if (magnitude < 0x38800000U) {
    const float scaled = std::bit_cast<float>(magnitude) + 0.5F;  // the addition rounds to a multiple of 2^-24
    return {static_cast<uint16_t>(sign | (std::bit_cast<uint32_t>(scaled) - std::bit_cast<uint32_t>(0.5F)))};
  }
  return {static_cast<uint16_t>(sign | ((magnitude - 0x38000000U + 0xfffU + ((magnitude >> 13) & 1U)) >> 13))};
}

}  // namespace walle
