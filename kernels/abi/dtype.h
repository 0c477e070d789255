#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string_view>

namespace walle {

/// Element types. `boolean` is one byte, 0 or 1. `i4`/`u4` are packed two to a byte, low half first (weights only).
enum class DType : uint8_t { f32, f16, bf16, f64, i8, u8, i16, u16, i32, u32, i64, u64, boolean, i4, u4 };
inline constexpr int kDTypes = 15;

/// IEEE 754 binary16 and bfloat16 as storage; arithmetic goes through float.
struct Half {
  uint16_t bits;
};
struct BFloat16 {
  uint16_t bits;
};

namespace detail {
struct DTypeRow {
  std::string_view name;
  int bits;
};
inline constexpr std::array<DTypeRow, kDTypes> kDTypeRows = {{{"f32", 32},
                                                              {"f16", 16},
                                                              {"bf16", 16},
                                                              {"f64", 64},
                                                              {"i8", 8},
                                                              {"u8", 8},
                                                              {"i16", 16},
                                                              {"u16", 16},
                                                              {"i32", 32},
                                                              {"u32", 32},
                                                              {"i64", 64},
                                                              {"u64", 64},
                                                              {"bool", 8},
                                                              {"i4", 4},
                                                              {"u4", 4}}};
}  // namespace detail

[[nodiscard]] constexpr std::string_view name_of(DType dtype) {
  return detail::kDTypeRows[static_cast<size_t>(dtype)].name;
}
[[nodiscard]] constexpr int bits_of(DType dtype) { return detail::kDTypeRows[static_cast<size_t>(dtype)].bits; }
/// Bytes that `count` elements take; `count` ≥ 0.
[[nodiscard]] constexpr int64_t bytes_of(DType dtype, int64_t count) { return (count * bits_of(dtype) + 7) / 8; }
[[nodiscard]] constexpr bool is_float(DType d) {
  return d == DType::f32 || d == DType::f16 || d == DType::bf16 || d == DType::f64;
}
[[nodiscard]] constexpr bool is_integer(DType d) { return !is_float(d) && d != DType::boolean; }
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
