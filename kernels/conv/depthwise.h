#pragma once

#include <cstdint>

namespace walle::kernels::depthwise {

/// A block of output rows: y[r][c] = clamp(bias + sum over taps (i, j) of weights[i][j] * line(r * stride + i)[c + …]).
struct Rows {
  const float* lines = nullptr;    ///< of kernels/support/lines.h
  const float* weights = nullptr;  ///< kernel x kernel, dense
  const int64_t* taps = nullptr;   ///< where each tap of output (0, 0) lies
  int64_t tap_count = 0;
  int64_t kernel = 0;      ///< size of a square kernel with dilation 1; else 0
  int64_t row_floats = 0;  ///< between input rows
  int64_t stride = 1;      ///< of output rows in input rows
  int64_t rows = 0, columns = 0;
  float* y = nullptr;
  int64_t y_row = 0;
  float bias = 0, low = 0, high = 0;
};
void correlate(const Rows& rows);

}  // namespace walle::kernels::depthwise
