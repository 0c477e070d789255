#include "kernels/conv/im2col.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv/im2col.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace walle::kernels::conv::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;

// The fillers below write whole vectors: what they write too much is written again by the next run or row.

HWY_INLINE void fill_zero(float* destination, int64_t count) {
  const D d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t i = 0; i < count; i += lanes) hn::StoreU(hn::Zero(d), d, destination + i);
}

HWY_INLINE void copy_dense(const float* source, int64_t count, float* destination) {
  const D d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(hn::LoadU(d, source + i), d, destination + i);
  if (i < count) hn::StoreU(hn::LoadN(d, source + i, static_cast<size_t>(count - i)), d, destination + i);
}

/// Every second value: source[0], source[2], …
HWY_INLINE void copy_even(const float* source, int64_t count, float* destination) {
  const D d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t i = 0; i < count; i += lanes) {
    const float* at = source + 2 * i;
    const int64_t left = 2 * (count - i) - 1;
    if (left >= 2 * lanes) {
      hn::StoreU(hn::ConcatEven(d, hn::LoadU(d, at + lanes), hn::LoadU(d, at)), d, destination + i);
    } else {
      const auto low = hn::LoadN(d, at, static_cast<size_t>(std::min(left, lanes)));
      const auto high = left > lanes ? hn::LoadN(d, at + lanes, static_cast<size_t>(left - lanes)) : hn::Zero(d);
      hn::StoreU(hn::ConcatEven(d, high, low), d, destination + i);
    }
  }
}

/// destination[i] = line[left + i * stride], 0 outside [0, in).
HWY_INLINE void copy_run(const float* line, int64_t in, int64_t left, int64_t stride, int64_t count,
                         float* destination) {
  int64_t begin = 0;
  int64_t end = count;
  if (left < 0) begin = std::min(count, (-left + stride - 1) / stride);
  if (left + (count - 1) * stride >= in) {
    end = std::max(begin, left >= in ? 0 : (in - left + stride - 1) / stride);
  }
  if (begin > 0) fill_zero(destination, begin);
  const float* source = line + left + begin * stride;
  if (stride == 1) {
    copy_dense(source, end - begin, destination + begin);
  } else if (stride == 2) {
    copy_even(source, end - begin, destination + begin);
  } else {
    for (int64_t i = 0; i < end - begin; ++i) destination[begin + i] = source[i * stride];
  }
  if (end < count) fill_zero(destination + end, count - end);
}

void pack_columns(const Columns& c, const float* x, int64_t row, int64_t rows, float* destination) {
  const WindowAxis& vertical = c.vertical;
  const WindowAxis& horizontal = c.horizontal;
  const int64_t window = vertical.kernel * horizontal.kernel;
  int64_t i = row % window / horizontal.kernel;
  int64_t j = row % horizontal.kernel;
  x += row / window * c.channel_stride;
  for (int64_t r = 0; r < rows; ++r, destination += c.width) {
    float* out = destination;
    for (int64_t n = 0; n < c.run_count; ++n) {
      const Columns::Run& run = c.runs[static_cast<size_t>(n)];
      const int64_t line = run.top + i * vertical.dilation;
      if (line < 0 || line >= vertical.in) {
        fill_zero(out, run.count);
      } else {
        copy_run(x + line * vertical.x_stride, horizontal.in, run.left + j * horizontal.dilation, horizontal.stride,
                 run.count, out);
      }
      out += run.count;
    }
    if (++j < horizontal.kernel) continue;
    j = 0;
    if (++i < vertical.kernel) continue;
    i = 0;
    x += c.channel_stride;
  }
}

}  // namespace walle::kernels::conv::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace walle::kernels::conv {
HWY_EXPORT(pack_columns);

Columns::Columns(const WindowAxes& axes, int64_t channel_stride, int64_t first, int64_t count, int64_t width)
    : vertical(axes[1]), horizontal(axes[2]), channel_stride(channel_stride), width(width) {
  const bool flat = vertical.kernel == 1 && horizontal.kernel == 1 && vertical.stride == 1 && horizontal.stride == 1 &&
                    vertical.in == vertical.out && horizontal.in == horizontal.out && vertical.pad_begin == 0 &&
                    horizontal.pad_begin == 0 && (vertical.in == 1 || vertical.x_stride == horizontal.in);
  if (flat) {  // planes are lines
    horizontal.in = horizontal.out = vertical.in * horizontal.in;
    vertical.in = vertical.out = 1;
  }
  int64_t line = first / horizontal.out;
  int64_t at = first % horizontal.out;
  for (int64_t left = count; left > 0;) {
    const int64_t here = std::min(left, horizontal.out - at);
    runs[static_cast<size_t>(run_count++)] = {.top = line * vertical.stride - vertical.pad_begin,
                                              .left = at * horizontal.stride - horizontal.pad_begin,
                                              .count = here};
    left -= here;
    at = 0;
    ++line;
  }
}

void Columns::pack(const float* x, int64_t row, int64_t rows, float* destination) const {
  HWY_DYNAMIC_DISPATCH(pack_columns)(*this, x, row, rows, destination);
}

}  // namespace walle::kernels::conv
#endif
