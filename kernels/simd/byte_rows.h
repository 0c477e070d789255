#pragma once

#include <cstddef>
#include <cstdint>

namespace walle::kernels {

/// Functions between rows of 8-bit values (i8 where `is_signed`, else u8) and f32, of this processor.
struct ByteRows {
  /// y = f32(x - zero) * scale.
  void (*to_floats)(const void* x, bool is_signed, float* y, size_t count, int32_t zero, float scale);
  /// y = saturate(round_half_even(x / scale) + zero); NaN gives zero.
  void (*to_bytes)(const float* x, bool is_signed, void* y, size_t count, float scale, int32_t zero);
};
[[nodiscard]] const ByteRows& byte_rows();

}  // namespace walle::kernels
