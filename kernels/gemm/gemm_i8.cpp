#include "kernels/gemm/gemm_i8.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "kernels/gemm/gemm_i8_vnni.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gemm/gemm_i8.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace walle::kernels::gemm_i8::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D32 = hn::CappedTag<int32_t, 16>;
using DU8 = hn::Repartition<uint8_t, D32>;
using DI8 = hn::Repartition<int8_t, D32>;

int64_t lanes_here() { return static_cast<int64_t>(hn::Lanes(D32())); }

/// `count` rows at a time, so that the sums stay in registers.
template <int count, int vectors, bool signed_rows>
HWY_NOINLINE void multiply_rows(const Tile& tile, int first) {
  const D32 d;
  const DU8 du;
  const DI8 di;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  hn::Vec<D32> sum[count][vectors];
  for (int r = 0; r < count; ++r) {
    for (int v = 0; v < vectors; ++v) sum[r][v] = hn::Zero(d);
  }
  const uint8_t* rows = tile.rows + 4 * first;
  const uint8_t* columns = tile.columns;
  for (int64_t q = 0; q < tile.quads; ++q) {
#pragma GCC unroll 4
    for (int r = 0; r < count; ++r) {
      int32_t quad;
      hwy::CopyBytes<4>(rows + 4 * r, &quad);
      const auto w = hn::Set(d, quad);
#pragma GCC unroll 3
      for (int v = 0; v < vectors; ++v) {
        const auto x = hn::LoadU(du, columns + 4 * lanes * v);
        if constexpr (signed_rows)
          sum[r][v] = hn::SumOfMulQuadAccumulate(d, x, hn::BitCast(di, w), sum[r][v]);
        else
          sum[r][v] = hn::SumOfMulQuadAccumulate(d, hn::BitCast(du, w), hn::BitCast(di, x), sum[r][v]);
      }
    }
    rows += 4 * kRows;
    columns += 4 * lanes * vectors;
  }
  for (int r = 0; r < count; ++r) {
    for (int v = 0; v < vectors; ++v) hn::StoreU(sum[r][v], d, tile.sum + (first + r) * kMostColumns + lanes * v);
  }
}

template <int vectors, bool signed_rows>
void multiply_all(const Tile& tile) {
  constexpr int kAtOnce = HWY_MAX_BYTES == 64 || HWY_ARCH_ARM_A64 ? 4 : 2;
  for (int first = 0; first < kRows; first += kAtOnce) multiply_rows<kAtOnce, vectors, signed_rows>(tile, first);
}

template <bool signed_rows>
void multiply_vectors(const Tile& tile) {
  if (tile.vectors == 3) return multiply_all<3, signed_rows>(tile);
  if (tile.vectors == 2) return multiply_all<2, signed_rows>(tile);
  multiply_all<1, signed_rows>(tile);
}

void multiply_here(const Tile& tile) {
  tile.signed_rows ? multiply_vectors<true>(tile) : multiply_vectors<false>(tile);
}

void interleave_here(const uint8_t* const* lines, int64_t columns, uint8_t flip, uint8_t* destination) {
  const hn::CappedTag<uint8_t, HWY_MAX_BYTES / 4> d;  // as many as a vector has columns
  const auto step = static_cast<int64_t>(hn::Lanes(d));
  const auto mask = hn::Set(d, flip);
  for (int64_t c = 0; c < columns; c += step) {
    hn::StoreInterleaved4(hn::Xor(hn::LoadU(d, lines[0] + c), mask), hn::Xor(hn::LoadU(d, lines[1] + c), mask),
                          hn::Xor(hn::LoadU(d, lines[2] + c), mask), hn::Xor(hn::LoadU(d, lines[3] + c), mask), d,
                          destination + 4 * c);
  }
}

}  // namespace walle::kernels::gemm_i8::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace walle::kernels::gemm_i8 {
namespace {
HWY_EXPORT(lanes_here);
HWY_EXPORT(multiply_here);
HWY_EXPORT(interleave_here);

void multiply_highway(const Tile& tile) { HWY_DYNAMIC_DISPATCH(multiply_here)(tile); }

struct Known {
  std::array<Implementation, 2> list;
  size_t count = 0;
};

const Known& known() {
  static const Known made = [] {
    Known k;
    // VNNI's vectors have 16 columns: it fits where Highway has them too.
    if (const Multiply vnni = vnni_multiply(); vnni != nullptr && lanes() == 16) k.list[k.count++] = {"vnni", vnni};
    k.list[k.count++] = {"hwy", multiply_highway};
    return k;
  }();
  return made;
}

}  // namespace

std::span<const Implementation> implementations() { return std::span(known().list).first(known().count); }
double speed() { return best().name == "vnni" ? 3 : 0.7; }

int64_t lanes() {
  static const int64_t value = HWY_DYNAMIC_DISPATCH(lanes_here)();
  return value;
}
std::string_view layout() { return lanes() == 16 ? "i8 q8x48" : (lanes() == 8 ? "i8 q8x24" : "i8 q8x12"); }

void interleave(const uint8_t* const lines[4], int64_t columns, uint8_t flip, uint8_t* destination) {
  HWY_DYNAMIC_DISPATCH(interleave_here)(lines, columns, flip, destination);
}

void pack_rows(const uint8_t* source, int64_t row_stride, int64_t depth_stride, int64_t rows, int64_t depth,
               const Side& side, bool is_signed, uint8_t* destination, int32_t* sums) {
  const int64_t quads = quads_of(depth);
  std::fill_n(destination, quads * 4 * kRows, uint8_t{0});
  for (int64_t r = 0; r < kRows; ++r) sums[r] = 0;
  for (int64_t r = 0; r < rows; ++r) {
    const uint8_t* from = source + r * row_stride;
    uint8_t* to = destination + 4 * r;
    int32_t sum = 0;
    const int64_t whole = depth_stride == 1 ? depth / 4 : 0;
    for (int64_t q = 0; q < whole; ++q) {
      uint32_t quad;
      std::memcpy(&quad, from + 4 * q, sizeof quad);
      quad ^= side.flip * 0x01010101U;
      std::memcpy(to + q * 4 * kRows, &quad, sizeof quad);
    }
    for (int64_t k = 0; k < 4 * whole; ++k) {
      const auto byte = static_cast<uint8_t>(from[k] ^ side.flip);
      sum += is_signed ? static_cast<int8_t>(byte) : byte;
    }
    for (int64_t k = 4 * whole; k < depth; ++k) {
      const auto byte = static_cast<uint8_t>(from[k * depth_stride] ^ side.flip);
      to[k / 4 * 4 * kRows + k % 4] = byte;
      sum += is_signed ? static_cast<int8_t>(byte) : byte;
    }
    sums[r] = sum;
  }
}

void column_sums(const uint8_t* panel, int64_t quads, int64_t columns, bool is_signed, int32_t* sums) {
  std::fill_n(sums, columns, 0);
  for (int64_t q = 0; q < quads; ++q) {
    for (int64_t c = 0; c < columns; ++c, panel += 4) {
      for (int i = 0; i < 4; ++i) sums[c] += is_signed ? static_cast<int8_t>(panel[i]) : panel[i];
    }
  }
}

}  // namespace walle::kernels::gemm_i8
#endif
