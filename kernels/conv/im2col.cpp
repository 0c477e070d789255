#include "kernels/conv/im2col.h"

#include <algorithm>
#include <cstring>

namespace walle::kernels::conv {
namespace {

/// Short copies in whole vectors; a call of memcpy costs more than most of them.
void copy(const float* source, float* destination, int64_t count) {
  int64_t i = 0;
  for (; i + 16 <= count; i += 16) std::memcpy(destination + i, source + i, 64);
  for (; i + 4 <= count; i += 4) std::memcpy(destination + i, source + i, 16);
  for (; i < count; ++i) destination[i] = source[i];
}

}  // namespace

Columns::Columns(const WindowAxes& axes, int64_t channel_stride, int64_t first, int64_t count, int64_t width)
    : height_(axes[1]), width_axis_(axes[2]), channel_stride_(channel_stride), count_(count), width_(width) {
  int64_t line = first / width_axis_.out;
  int64_t at = first % width_axis_.out;
  for (int64_t left = count; left > 0;) {
    const int64_t here = std::min(left, width_axis_.out - at);
    runs_[static_cast<size_t>(run_count_++)] = {.top = line * height_.stride - height_.pad_begin,
                                                .left = at * width_axis_.stride - width_axis_.pad_begin,
                                                .count = here};
    left -= here;
    at = 0;
    ++line;
  }
}

void Columns::copy_run(const float* line, int64_t left, int64_t count, float* destination) const {
  const int64_t stride = width_axis_.stride;
  // Outputs [begin, end) read inside the line.
  const int64_t begin = std::clamp<int64_t>((-left + stride - 1) / stride, 0, count);
  const int64_t inside = left >= width_axis_.in ? 0 : (width_axis_.in - left + stride - 1) / stride;
  const int64_t end = std::clamp<int64_t>(inside, begin, count);
  for (int64_t i = 0; i < (left < 0 ? begin : 0); ++i) destination[i] = 0;
  const int64_t from = left < 0 ? begin : 0;
  if (stride == 1) {
    copy(line + left + from, destination + from, end - from);
  } else {
    const float* source = line + left;
    for (int64_t i = from; i < end; ++i) destination[i] = source[i * stride];
  }
  for (int64_t i = end; i < count; ++i) destination[i] = 0;
}

void Columns::pack_row(const float* x, int64_t y_shift, int64_t x_shift, float* destination) const {
  for (int64_t r = 0; r < run_count_; ++r) {
    const Run& run = runs_[static_cast<size_t>(r)];
    const int64_t line = run.top + y_shift;
    if (line < 0 || line >= height_.in)
      std::fill_n(destination, run.count, 0.0F);
    else
      copy_run(x + line * height_.x_stride, run.left + x_shift, run.count, destination);
    destination += run.count;
  }
}

void Columns::pack(const float* x, int64_t row, int64_t rows, float* destination) const {
  const int64_t window = height_.kernel * width_axis_.kernel;
  int64_t channel = row / window;
  int64_t i = row % window / width_axis_.kernel;
  int64_t j = row % width_axis_.kernel;
  for (int64_t r = 0; r < rows; ++r, destination += width_) {
    pack_row(x + channel * channel_stride_, i * height_.dilation, j * width_axis_.dilation, destination);
    std::fill(destination + count_, destination + width_, 0.0F);
    if (++j < width_axis_.kernel) continue;
    j = 0;
    if (++i < height_.kernel) continue;
    i = 0;
    ++channel;
  }
}

}  // namespace walle::kernels::conv
