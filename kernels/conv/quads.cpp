#include "kernels/conv/quads.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv/quads.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace walle::kernels::conv::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void neighbours(const uint8_t* line, int64_t columns, uint8_t flip, uint8_t* destination) {
  const hn::CappedTag<uint8_t, HWY_MAX_BYTES / 4> d;
  const auto step = static_cast<int64_t>(hn::Lanes(d));
  const auto mask = hn::Set(d, flip);
  for (int64_t c = 0; c < columns; c += step, line += step, destination += 4 * step) {
    hn::StoreInterleaved4(hn::Xor(hn::LoadU(d, line), mask), hn::Xor(hn::LoadU(d, line + 1), mask),
                          hn::Xor(hn::LoadU(d, line + 2), mask), hn::Xor(hn::LoadU(d, line + 3), mask), d, destination);
  }
}

/// Stride 2: a quad is two neighbouring pairs.
void pairs(const uint8_t* line, int64_t columns, uint8_t flip, uint8_t* destination) {
  const hn::CappedTag<uint8_t, HWY_MAX_BYTES / 2> d;
  const hn::RepartitionToWide<decltype(d)> d16;
  const auto step = static_cast<int64_t>(hn::Lanes(d16));
  const auto mask = hn::Set(d, flip);
  for (int64_t c = 0; c < columns; c += step, line += 2 * step, destination += 4 * step) {
    hn::StoreInterleaved2(hn::BitCast(d16, hn::Xor(hn::LoadU(d, line), mask)),
                          hn::BitCast(d16, hn::Xor(hn::LoadU(d, line + 2), mask)), d16,
                          reinterpret_cast<uint16_t*>(destination));
  }
}

void any(const uint8_t* line, int64_t stride, int64_t columns, uint8_t flip, uint8_t* destination) {
  for (int64_t c = 0; c < columns; ++c) {
    uint32_t quad;
    hwy::CopyBytes<4>(line + stride * c, &quad);
    quad ^= flip * 0x01010101U;
    hwy::CopyBytes<4>(&quad, destination + 4 * c);
  }
}

void quads_here(const ByteLines& lines, uint8_t* destination) {
  for (int64_t r = 0; r < lines.lines; ++r) {
    for (int64_t q = 0; q < lines.quads; ++q, destination += 4 * lines.columns) {
      const uint8_t* line = lines.line + r * lines.next + 4 * q;
      if (lines.stride == 1)
        neighbours(line, lines.columns, lines.flip, destination);
      else if (lines.stride == 2)
        pairs(line, lines.columns, lines.flip, destination);
      else
        any(line, lines.stride, lines.columns, lines.flip, destination);
    }
  }
}

}  // namespace walle::kernels::conv::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace walle::kernels::conv {
HWY_EXPORT(quads_here);
void quads_of_lines(const ByteLines& lines, uint8_t* destination) {
  HWY_DYNAMIC_DISPATCH(quads_here)(lines, destination);
}
}  // namespace walle::kernels::conv
#endif
