#include "kernels/conv/im2col_i8.h"

#include <algorithm>
#include <array>

#include "kernels/gemm/gemm_i8.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv/im2col_i8.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace walle::kernels::conv::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using D = hn::CappedTag<uint8_t, 64>;

// The fillers write whole vectors; what they write too much is written again, or is slack.
constexpr int64_t kLine = 64 + 64;

HWY_INLINE void fill(uint8_t* destination, int64_t count, uint8_t value) {
  const D d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t i = 0; i < count; i += lanes) hn::StoreU(hn::Set(d, value), d, destination + i);
}

HWY_INLINE void copy(const uint8_t* source, int64_t count, uint8_t* destination) {
  const D d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t i = 0; i < count; i += lanes) {
    const int64_t left = count - i;
    const auto bytes = left >= lanes ? hn::LoadU(d, source + i) : hn::LoadN(d, source + i, static_cast<size_t>(left));
    hn::StoreU(bytes, d, destination + i);
  }
}

/// destination[i] = line[left + i * stride], `pad` outside [0, in).
HWY_INLINE void copy_run(const uint8_t* line, int64_t in, int64_t left, int64_t stride, int64_t count, uint8_t pad,
                         uint8_t* destination) {
  int64_t begin = left < 0 ? std::min(count, (-left + stride - 1) / stride) : 0;
  int64_t end = count;
  if (left + (count - 1) * stride >= in) end = std::max(begin, left >= in ? 0 : (in - left + stride - 1) / stride);
  if (begin > 0 || end < count) fill(destination, count, pad);
  const uint8_t* source = line + left + begin * stride;
  if (stride == 1) {
    if (end < count)
      std::copy_n(source, end - begin, destination + begin);  // keeps the padding behind it
    else
      copy(source, end - begin, destination + begin);
  } else {
    for (int64_t i = 0; i < end - begin; ++i) destination[begin + i] = source[i * stride];
  }
}

/// One row of the columns: kernel element (i, j) of the channel at x.
HWY_INLINE void fill_line(const Columns& c, const uint8_t* x, int64_t i, int64_t j, uint8_t pad, uint8_t* line) {
  for (int64_t n = 0; n < c.run_count; ++n) {
    const Columns::Run& run = c.runs[static_cast<size_t>(n)];
    const int64_t at = run.top + i * c.vertical.dilation;
    if (at < 0 || at >= c.vertical.in)
      fill(line, run.count, pad);
    else
      copy_run(x + at * c.vertical.x_stride, c.horizontal.in, run.left + j * c.horizontal.dilation, c.horizontal.stride,
               run.count, pad, line);
    line += run.count;
  }
}

void pack_here(const Columns& c, const uint8_t* x, int64_t depth, uint8_t pad, uint8_t flip, uint8_t* destination) {
  HWY_ALIGN uint8_t lines[4][kLine] = {};
  const uint8_t* const rows[4] = {lines[0], lines[1], lines[2], lines[3]};
  int64_t i = 0;
  int64_t j = 0;
  for (int64_t k = 0; k < depth; k += 4, destination += 4 * c.width) {
    const int64_t left = std::min<int64_t>(4, depth - k);
    for (int64_t r = left; r < 4; ++r) fill(lines[r], c.width, flip);  // becomes 0
    for (int64_t r = 0; r < left; ++r) {
      fill_line(c, x, i, j, pad, lines[r]);
      if (++j < c.horizontal.kernel) continue;
      j = 0;
      if (++i < c.vertical.kernel) continue;
      i = 0;
      x += c.channel_stride;
    }
    gemm_i8::interleave(rows, c.width, flip, destination);
  }
}

}  // namespace walle::kernels::conv::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace walle::kernels::conv {
HWY_EXPORT(pack_here);

void pack_bytes(const Columns& columns, const uint8_t* x, int64_t depth, uint8_t pad, uint8_t flip,
                uint8_t* destination) {
  HWY_DYNAMIC_DISPATCH(pack_here)(columns, x, depth, pad, flip, destination);
}

}  // namespace walle::kernels::conv
#endif
