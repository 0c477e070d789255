#pragma once

#include <array>
#include <cstdint>

#include "kernels/support/window.h"

namespace walle::kernels::conv {

/// The columns [first, first + count) of columns(x): for each output position the values under its window. Rows are
/// (channel, kernel row, kernel column). At most 64 columns.
class Columns {
 public:
  Columns(const WindowAxes& axes, int64_t channel_stride, int64_t first, int64_t count, int64_t width);

  /// Writes rows [row, row + rows), each `width` floats of which `count` are used and the rest is 0. x: the first
  /// channel of the image.
  void pack(const float* x, int64_t row, int64_t rows, float* destination) const;

 private:
  /// Neighbouring outputs of one output row.
  struct Run {
    int64_t top = 0, left = 0;  ///< source position of kernel element (0, 0)
    int64_t count = 0;
  };
  void pack_row(const float* x, int64_t y_shift, int64_t x_shift, float* destination) const;
  void copy_run(const float* line, int64_t left, int64_t count, float* destination) const;

  const WindowAxis& height_;
  const WindowAxis& width_axis_;
  int64_t channel_stride_, count_, width_;
  std::array<Run, 64> runs_;
  int64_t run_count_ = 0;
};

}  // namespace walle::kernels::conv
