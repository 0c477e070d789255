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

  /// Writes rows [row, row + rows), each `width` floats of which `count` are used; the others are of no use. x: the
  /// first channel of the image. Up to kSlack floats behind the last row are written too.
  void pack(const float* x, int64_t row, int64_t rows, float* destination) const;

  static constexpr int64_t kSlack = 16;

  /// Neighbouring outputs of one output row.
  struct Run {
    int64_t top = 0, left = 0;  ///< source position of kernel element (0, 0)
    int64_t count = 0;
  };
  WindowAxis vertical, horizontal;
  int64_t channel_stride, width;
  std::array<Run, 64> runs;
  int64_t run_count = 0;
};

}  // namespace walle::kernels::conv
