#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/support/window.h"

namespace walle::kernels {

/// Input rows of one channel's plane, copied with the padding in place and, for strides above 1, with the columns
/// sorted by phase: all values that a tap reads for neighbouring outputs are neighbours. So windows of any size and
/// stride need nothing but plain vector loads. A block of output rows is worked on from one such copy.
class Lines {
 public:
  Lines(const WindowAxis& height, const WindowAxis& width);

  /// Floats of the copy for one block. Vector loads may read `kSlack` floats past a line; their values are of no use.
  [[nodiscard]] size_t floats() const { return static_cast<size_t>(input_rows(block_rows_) * row_floats()) + kSlack; }
  [[nodiscard]] int64_t block_rows() const { return block_rows_; }
  [[nodiscard]] int64_t blocks() const { return (height_.out + block_rows_ - 1) / block_rows_; }
  /// Output rows of a block.
  [[nodiscard]] int64_t rows_of(int64_t block) const;
  /// Floats from one input row to the next; from one phase to the next.
  [[nodiscard]] int64_t row_floats() const { return width_.stride * line_; }
  [[nodiscard]] int64_t phase_floats() const { return line_; }
  /// Where tap (i, j) of output (0, 0) of a block lies.
  [[nodiscard]] int64_t tap(int64_t i, int64_t j) const;

  /// Copies the input rows of `block`; padding becomes `padding`.
  void copy(const float* x, int64_t block, float padding, float* lines) const {
    copy_rows(block, padding, lines, [&](int64_t row) { return x + row * height_.x_stride; });
  }
  /// The same with rows that `row_of(row)` gives, once each and in order.
  template <class RowOf>
  void copy_rows(int64_t block, float padding, float* lines, RowOf&& row_of) const {
    const int64_t first = block * block_rows_ * height_.stride - height_.pad_begin;
    const int64_t rows = input_rows(rows_of(block));
    for (int64_t r = 0; r < rows; ++r, lines += row_floats()) {
      const int64_t row = first + r;
      copy_row(row < 0 || row >= height_.in ? nullptr : row_of(row), padding, lines);
    }
  }

  static constexpr int64_t kSlack = 64;

 private:
  /// null: a row of padding.
  void copy_row(const float* source, float padding, float* line) const;
  [[nodiscard]] int64_t input_rows(int64_t rows) const;

  WindowAxis height_, width_;
  int64_t used_ = 0;  ///< floats of one phase of a row
  int64_t line_ = 0;  ///< the same, a multiple of 16
  int64_t block_rows_ = 1;
};

}  // namespace walle::kernels
