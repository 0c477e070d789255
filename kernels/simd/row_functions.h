#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/abi/families.h"

namespace walle::kernels {

/// What a reduction adds up along a row: x, |x|, x*x, or keeps: max, min.
enum class Fold : uint8_t { sum, absolute, square, max, min };

/// Functions on rows of f32, of this processor.
struct RowFunctions {
  /// Fold of a row, starting from `start`.
  float (*fold)(Fold fold, const float* x, size_t count, float start);
  /// y[i] = fold(y[i], x[i]).
  void (*fold_into)(Fold fold, const float* x, float* y, size_t count);
  /// Sum of (x - shift)^2.
  float (*deviation)(const float* x, size_t count, float shift);
  /// y = exp(x - shift); returns the sum of y.
  float (*exponentials)(const float* x, float* y, size_t count, float shift);
  /// y = x * scale + shift.
  void (*affine)(const float* x, float* y, size_t count, float scale, float shift);
  /// y = ((x - mean) * scale) * gain[i * gain_step] + bias[i * bias_step]; gain and bias may be null, steps are 0 or 1.
  void (*normalise)(const float* x, float* y, size_t count, float mean, float scale, const float* gain,
                    size_t gain_step, const float* bias, size_t bias_step);
};
[[nodiscard]] const RowFunctions& row_functions();

}  // namespace walle::kernels
