#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "kernels/abi/dtype.h"

namespace walle {

namespace detail {
struct SmallFormat {
  int exponent_bits, mantissa_bits, bias;
  double largest;
  bool infinite = false;  ///< the largest exponent means infinity and NaN, as in IEEE 754
  bool no_zero = false;   ///< "fnuz": what would be -0 is the one NaN, and there is no infinity
};
/// OCP 8-bit and MX formats, and the "fnuz" ones of Graphcore, AMD and Qualcomm, as ONNX's types of the same names.
[[nodiscard]] constexpr SmallFormat small_format(DType dtype) {
  switch (dtype) {
    case DType::f8e4m3fn:
      return {4, 3, 7, 448};
    case DType::f8e4m3fnuz:
      return {4, 3, 8, 240, false, true};
    case DType::f8e5m2:
      return {5, 2, 15, 57344, true};
    case DType::f8e5m2fnuz:
      return {5, 2, 16, 57344, false, true};
    default:
      return {2, 1, 1, 6};  // f4e2m1
  }
}
inline constexpr unsigned kScaleNan = 255;
}  // namespace detail

/// The value of an f8e8m0: 2^(bits - 127); 255 is NaN.
[[nodiscard]] inline double scale_from_bits(unsigned bits) {
  if (bits == detail::kScaleNan) return std::numeric_limits<double>::quiet_NaN();
  return std::ldexp(1.0, static_cast<int>(bits) - 127);
}
/// saturate: beyond the range the nearest power, else NaN. Negative numbers are NaN.
[[nodiscard]] inline unsigned scale_to_bits(double x, bool saturate, ScaleRounding rounding) {
  if (std::isnan(x) || x < 0) return detail::kScaleNan;
  if (x == 0) return saturate ? 0 : detail::kScaleNan;
  if (std::isinf(x)) return saturate ? detail::kScaleNan - 1 : detail::kScaleNan;
  int exponent = std::ilogb(x);
  const double mantissa = std::scalbn(x, -exponent);
  const bool above = rounding == ScaleRounding::up ? mantissa > 1 : mantissa >= 1.5;
  if (rounding != ScaleRounding::down && above) ++exponent;
  if (exponent >= -127 && exponent <= 127) return static_cast<unsigned>(exponent + 127);
  if (!saturate) return detail::kScaleNan;
  return exponent < 0 ? 0 : detail::kScaleNan - 1;
}

/// The value of a small float's bits. Requires: is_small_float(dtype).
[[nodiscard]] inline double small_from_bits(DType dtype, unsigned bits) {
  if (dtype == DType::f8e8m0) return scale_from_bits(bits);
  const detail::SmallFormat f = detail::small_format(dtype);
  const int width = f.exponent_bits + f.mantissa_bits;
  const unsigned magnitude = bits & ((1U << width) - 1);
  const bool negative = (bits >> width & 1U) != 0;
  const unsigned mantissa = magnitude & ((1U << f.mantissa_bits) - 1);
  const auto exponent = static_cast<int>(magnitude >> f.mantissa_bits);
  const bool top = exponent == (1 << f.exponent_bits) - 1;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  if (f.no_zero && negative && magnitude == 0) return nan;
  if (f.infinite && top && mantissa != 0) return nan;
  if (dtype == DType::f8e4m3fn && magnitude == 0x7f) return nan;
  double value = std::ldexp(mantissa + (exponent == 0 ? 0.0 : std::ldexp(1.0, f.mantissa_bits)),
                            (exponent == 0 ? 1 : exponent) - f.bias - f.mantissa_bits);
  if (f.infinite && top) value = std::numeric_limits<double>::infinity();
  return negative ? -value : value;
}

/// The nearest value, halves to even. saturate: beyond the range the largest one; else infinity or NaN, as the format
/// has them. f4e2m1 has neither: it always saturates, and NaN becomes -0.
/// Requires: is_small_float(dtype). `rounding` counts for f8e8m0 alone.
[[nodiscard]] inline unsigned small_to_bits(DType dtype, double x, bool saturate,
                                            ScaleRounding rounding = ScaleRounding::up) {
  if (dtype == DType::f8e8m0) return scale_to_bits(x, saturate, rounding);
  const detail::SmallFormat f = detail::small_format(dtype);
  const unsigned sign = std::signbit(x) ? 1U << (f.exponent_bits + f.mantissa_bits) : 0;
  const auto bits_of_finite = [&](double magnitude) {
    if (magnitude == 0) return f.no_zero ? 0U : sign;
    const int exponent = std::max(std::ilogb(magnitude), 1 - f.bias);
    const auto mantissa = static_cast<unsigned>(std::scalbn(magnitude, f.mantissa_bits - exponent));
    const unsigned base = static_cast<unsigned>(exponent + f.bias - 1) << f.mantissa_bits;
    return sign | (base + mantissa);
  };
  const bool always = dtype == DType::f4e2m1;
  const unsigned nan = f.no_zero ? 0x80U : sign | 0x7fU;
  if (std::isnan(x)) return always ? 0x8U : nan;
  double magnitude = std::fabs(x);
  if (!std::isinf(magnitude) && magnitude != 0) {
    const int quantum = std::max(std::ilogb(magnitude), 1 - f.bias) - f.mantissa_bits;
    magnitude = std::scalbn(std::nearbyint(std::scalbn(magnitude, -quantum)), quantum);
  }
  if (magnitude <= f.largest) return bits_of_finite(magnitude);
  if (saturate || always) return bits_of_finite(f.largest);
  return f.infinite ? sign | 0x7cU : nan;
}

/// Element `index` of packed data of `bits` (2 or 4) bits an element, not sign-extended.
[[nodiscard]] inline unsigned packed_at(const void* data, int bits, int64_t index) {
  const int64_t per_byte = 8 / bits;
  const unsigned byte = static_cast<const uint8_t*>(data)[index / per_byte];
  return byte >> (index % per_byte * bits) & ((1U << bits) - 1);
}
/// Not safe beside another thread that writes the same byte.
inline void set_packed(void* data, int bits, int64_t index, unsigned value) {
  const int64_t per_byte = 8 / bits;
  uint8_t& byte = static_cast<uint8_t*>(data)[index / per_byte];
  const auto shift = static_cast<unsigned>(index % per_byte * bits);
  const unsigned mask = ((1U << bits) - 1) << shift;
  byte = static_cast<uint8_t>((byte & ~mask) | (value << shift & mask));
}

/// Element `index` of data of a type that only carries data, exactly. Requires: is_storage_only(dtype).
[[nodiscard]] inline double carried_at(DType dtype, const void* data, int64_t index) {
  const int bits = bits_of(dtype);
  const unsigned raw = bits == 8 ? static_cast<const uint8_t*>(data)[index] : packed_at(data, bits, index);
  if (is_small_float(dtype)) return small_from_bits(dtype, raw);
  const bool negative = (dtype == DType::i4 || dtype == DType::i2) && raw >> (bits - 1) != 0;
  return static_cast<double>(raw) - (negative ? 1 << bits : 0);
}

}  // namespace walle
