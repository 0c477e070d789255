#include "kernels/support/lines.h"

#include <algorithm>
#include <cstring>

namespace walle::kernels {
namespace {

constexpr int64_t kBlockFloats = 5 * 1024;  ///< of a block's copy, so that it stays in the first-level cache

int64_t span(const WindowAxis& axis) { return (axis.kernel - 1) * axis.dilation + 1; }

void copy_line(const float* source, int64_t stride, int64_t begin, int64_t end, float* line) {
  if (stride == 1) {
    std::memcpy(line + begin, source + begin, static_cast<size_t>(end - begin) * sizeof(float));
  } else if (stride == 2) {
    for (int64_t i = begin; i < end; ++i) line[i] = source[2 * i];
  } else {
    for (int64_t i = begin; i < end; ++i) line[i] = source[stride * i];
  }
}

}  // namespace

Lines::Lines(const WindowAxis& height, const WindowAxis& width) : height_(height), width_(width) {
  const int64_t padded = (width_.out - 1) * width_.stride + span(width_);
  used_ = (padded + width_.stride - 1) / width_.stride;
  line_ = (used_ + 15) / 16 * 16;
  const int64_t fitting = kBlockFloats / row_floats();
  block_rows_ = std::max<int64_t>((fitting - span(height_)) / height_.stride + 1, 8);
  block_rows_ = std::clamp<int64_t>(block_rows_, 1, std::max<int64_t>(height_.out, 1));
}

int64_t Lines::input_rows(int64_t rows) const { return (rows - 1) * height_.stride + span(height_); }

int64_t Lines::rows_of(int64_t block) const { return std::min(block_rows_, height_.out - block * block_rows_); }

int64_t Lines::tap(int64_t i, int64_t j) const {
  const int64_t column = j * width_.dilation;
  return i * height_.dilation * row_floats() + column % width_.stride * line_ + column / width_.stride;
}

void Lines::copy_row(const float* source, float padding, float* lines) const {
  if (source == nullptr) {
    std::fill_n(lines, row_floats(), padding);
    return;
  }
  const int64_t stride = width_.stride;
  for (int64_t phase = 0; phase < stride; ++phase) {
    float* line = lines + phase * line_;
    // line[i] = source[i * stride + shift]
    const int64_t shift = phase - width_.pad_begin;
    const int64_t begin = shift >= 0 ? 0 : std::min(used_, (-shift + stride - 1) / stride);
    const int64_t inside = width_.in - shift;
    const int64_t end = std::clamp<int64_t>(inside <= 0 ? 0 : (inside + stride - 1) / stride, begin, used_);
    std::fill(line, line + begin, padding);
    copy_line(source + shift, stride, begin, end, line);
    std::fill(line + end, line + used_, padding);
  }
}

}  // namespace walle::kernels
