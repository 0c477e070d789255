#pragma once

#include <cstdint>

#include "kernels/gemm/gemm.h"
#include "kernels/support/window.h"

namespace walle::kernels::depthwise {

/// One channel's plane. A block of output rows is computed from a copy of its input rows with the padding in place and,
/// for strides above 1, the columns sorted by phase, so that all loads are plain vector loads.
class Plane {
 public:
  explicit Plane(const WindowAxes& axes);

  [[nodiscard]] size_t workspace_bytes() const;
  /// Blocks of output rows in a plane; they are independent.
  [[nodiscard]] int64_t blocks() const;
  /// y = finish(correlation of x with `weights`) for one block. x, y: the channel's planes.
  void run(const float* x, const float* weights, float* y, const gemm::Finish& finish, int64_t block,
           float* workspace) const;

 private:
  void copy_rows(const float* x, int64_t first, int64_t rows, float* workspace) const;

  WindowAxis height_, width_;
  int64_t line_ = 0;        ///< floats of one phase of a padded input row
  int64_t block_rows_ = 1;  ///< output rows of a block
};

/// Output rows of one block: y row r = sum over taps of w[t] * lines[offset[t] + r * row_step].
struct Rows {
  const float* lines = nullptr;
  const float* weights = nullptr;
  const int64_t* offsets = nullptr;
  int64_t taps = 0, row_step = 0, rows = 0, columns = 0;
  float* y = nullptr;
  int64_t y_row = 0;
  float bias = 0, low = 0, high = 0;
};
void correlate(const Rows& rows);

}  // namespace walle::kernels::depthwise
