#include "kernels/gemm/gemm_i8_vnni.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstring>

namespace walle::kernels::gemm_i8 {
namespace {

/// kRows * vectors accumulators stay in registers; one side's quad is broadcast.
template <int vectors, bool signed_rows>
__attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni"))) void multiply_block(const Tile& tile) {
  __m512i sum[kRows][vectors];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 3
    for (int v = 0; v < vectors; ++v) sum[r][v] = _mm512_setzero_si512();
  }
  const uint8_t* rows = tile.rows;
  const uint8_t* columns = tile.columns;
  for (int64_t q = 0; q < tile.quads; ++q) {
    __m512i x[vectors];
#pragma GCC unroll 3
    for (int v = 0; v < vectors; ++v) x[v] = _mm512_loadu_si512(columns + 64 * v);
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      int32_t quad;
      std::memcpy(&quad, rows + 4 * r, sizeof quad);
      const __m512i w = _mm512_set1_epi32(quad);
#pragma GCC unroll 3
      for (int v = 0; v < vectors; ++v) {
        sum[r][v] = signed_rows ? _mm512_dpbusd_epi32(sum[r][v], x[v], w) : _mm512_dpbusd_epi32(sum[r][v], w, x[v]);
      }
    }
    rows += 4 * kRows;
    columns += 64 * vectors;
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 3
    for (int v = 0; v < vectors; ++v) _mm512_storeu_si512(tile.sum + r * kMostColumns + 16 * v, sum[r][v]);
  }
}

template <bool signed_rows>
void multiply_vectors(const Tile& tile) {
  if (tile.vectors == 3) return multiply_block<3, signed_rows>(tile);
  if (tile.vectors == 2) return multiply_block<2, signed_rows>(tile);
  multiply_block<1, signed_rows>(tile);
}

void multiply(const Tile& tile) { tile.signed_rows ? multiply_vectors<true>(tile) : multiply_vectors<false>(tile); }

}  // namespace

Multiply vnni_multiply() {
  return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                 __builtin_cpu_supports("avx512vnni")
             ? multiply
             : nullptr;
}

}  // namespace walle::kernels::gemm_i8
#else
namespace walle::kernels::gemm_i8 {
Multiply vnni_multiply() { return nullptr; }
}  // namespace walle::kernels::gemm_i8
#endif
