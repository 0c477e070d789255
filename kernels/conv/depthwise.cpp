#include "kernels/conv/depthwise.h"

#include <algorithm>
#include <cstring>

namespace walle::kernels::depthwise {
namespace {

constexpr int64_t kSlack = 64;              ///< floats that vector loads may read past a line
constexpr int64_t kBlockFloats = 6 * 1024;  ///< of input rows in the first-level cache

int64_t span(const WindowAxis& axis) { return (axis.kernel - 1) * axis.dilation + 1; }

}  // namespace

Plane::Plane(const WindowAxes& axes) : height_(axes[1]), width_(axes[2]) {
  const int64_t padded = (width_.out - 1) * width_.stride + span(width_);
  line_ = (padded + width_.stride - 1) / width_.stride + kSlack;
  const int64_t row_floats = line_ * width_.stride;
  const int64_t input_rows = std::max<int64_t>(kBlockFloats / row_floats, span(height_) + 3 * height_.stride);
  block_rows_ = std::clamp<int64_t>((input_rows - span(height_)) / height_.stride + 1, 1, height_.out);
}

size_t Plane::workspace_bytes() const {
  const int64_t input_rows = (block_rows_ - 1) * height_.stride + span(height_);
  const int64_t offsets = height_.kernel * width_.kernel * 2;
  return static_cast<size_t>(input_rows * width_.stride * line_ + offsets) * sizeof(float) + 64;
}

int64_t Plane::blocks() const { return (height_.out + block_rows_ - 1) / block_rows_; }

void Plane::copy_rows(const float* x, int64_t first, int64_t rows, float* workspace) const {
  const int64_t stride = width_.stride;
  for (int64_t r = 0; r < rows; ++r) {
    float* line = workspace + r * stride * line_;
    const int64_t row = first + r;
    if (row < 0 || row >= height_.in) {
      std::fill_n(line, stride * line_, 0.0F);
      continue;
    }
    const float* source = x + row * height_.x_stride;
    for (int64_t phase = 0; phase < stride; ++phase, line += line_) {
      // line[i] = source[i * stride + phase - pad], 0 outside
      const int64_t shift = phase - width_.pad_begin;
      const int64_t begin = shift >= 0 ? 0 : std::min(line_, (-shift + stride - 1) / stride);
      const int64_t last = width_.in - shift;
      const int64_t end = std::clamp<int64_t>(last <= 0 ? 0 : (last + stride - 1) / stride, begin, line_);
      std::fill(line, line + begin, 0.0F);
      if (stride == 1) {
        std::memcpy(line + begin, source + begin + shift, static_cast<size_t>(end - begin) * sizeof(float));
      } else {
        for (int64_t i = begin; i < end; ++i) line[i] = source[i * stride + shift];
      }
      std::fill(line + end, line + line_, 0.0F);
    }
  }
}

void Plane::run(const float* x, const float* weights, float* y, const gemm::Finish& finish, int64_t block,
                float* workspace) const {
  const int64_t row = block * block_rows_;
  const int64_t rows = std::min(block_rows_, height_.out - row);
  const int64_t taps = height_.kernel * width_.kernel;
  auto* offsets = reinterpret_cast<int64_t*>(workspace);
  float* lines = workspace + 2 * taps;
  copy_rows(x, row * height_.stride - height_.pad_begin, (rows - 1) * height_.stride + span(height_), lines);
  const int64_t row_floats = width_.stride * line_;
  for (int64_t i = 0; i < height_.kernel; ++i) {
    for (int64_t j = 0; j < width_.kernel; ++j) {
      const int64_t column = j * width_.dilation;
      offsets[i * width_.kernel + j] =
          i * height_.dilation * row_floats + column % width_.stride * line_ + column / width_.stride;
    }
  }
  correlate({.lines = lines,
             .weights = weights,
             .offsets = offsets,
             .taps = taps,
             .row_step = height_.stride * row_floats,
             .rows = rows,
             .columns = width_.out,
             .y = y + row * width_.out,
             .y_row = width_.out,
             .bias = finish.bias == nullptr ? 0 : *finish.bias,
             .low = finish.low,
             .high = finish.high});
  for (int i = 0; i < finish.count; ++i) {
    const gemm::Finish::Op& op = finish.ops[static_cast<size_t>(i)];
    float* at = y + row * width_.out;
    const auto count = static_cast<size_t>(rows * width_.out);
    if (op.unary != nullptr)
      op.unary(at, at, count, op.alpha, op.beta);
    else if (op.operand == nullptr)
      op.binary(at, 1, &op.alpha, 0, at, count);
    else
      op.binary(at, 1, op.operand + row * width_.out * op.column_stride, static_cast<size_t>(op.column_stride), at,
                count);
  }
}

}  // namespace walle::kernels::depthwise
