#include "kernels/gemm/gemm.h"

#include <algorithm>
#include <array>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gemm/gemm.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace walle::kernels::gemm::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// 32 vector registers hold 8x3 accumulators, 16 hold 4x3.
#if HWY_MAX_BYTES == 64 || HWY_ARCH_ARM_A64
constexpr int kRows = 8;
#else
constexpr int kRows = 4;
#endif
constexpr int kVectors = 3;
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

template <int rows, int vectors>
HWY_INLINE void load_start(const Panel& p, int64_t row, V (&sum)[rows][vectors]) {
  const D d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const Finish& f = *p.finish;
#pragma GCC unroll 8
  for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 3
    for (int v = 0; v < vectors; ++v) {
      if (!p.first) {
        const float* y = p.y + (row + r) * p.y_row + v * lanes;
        const int64_t left = p.columns - v * lanes;
        sum[r][v] = left >= lanes ? hn::LoadU(d, y) : hn::LoadN(d, y, static_cast<size_t>(std::max<int64_t>(left, 0)));
      } else {
        sum[r][v] = hn::Zero(d);
      }
    }
  }
  if (!p.first || f.bias == nullptr) return;
#pragma GCC unroll 8
  for (int r = 0; r < rows; ++r) {
    const float* bias = f.bias + (p.row + row + r) * f.bias_row_stride;
#pragma GCC unroll 3
    for (int v = 0; v < vectors; ++v) {
      if (f.bias_column_stride == 0) {
        sum[r][v] = hn::Set(d, *bias);
      } else {
        const int64_t left = p.columns - v * lanes;
        const float* b = bias + p.column + v * lanes;
        sum[r][v] = left >= lanes ? hn::LoadU(d, b) : hn::LoadN(d, b, static_cast<size_t>(std::max<int64_t>(left, 0)));
      }
    }
  }
}

/// The operators beyond bias and clamp, on the rows just written.
HWY_NOINLINE void finish_rows(const Panel& p, int64_t row, int rows) {
  const auto columns = static_cast<size_t>(p.columns);
  for (int r = 0; r < rows; ++r) {
    float* y = p.y + (row + r) * p.y_row;
    for (int i = 0; i < p.finish->count; ++i) {
      const Finish::Op& op = p.finish->ops[static_cast<size_t>(i)];
      if (op.unary != nullptr) {
        op.unary(y, y, columns, op.alpha, op.beta);
      } else if (op.operand == nullptr) {
        op.binary(y, 1, &op.alpha, 0, y, columns);
      } else {
        const float* other = op.operand + (p.row + row + r) * op.row_stride + p.column * op.column_stride;
        op.binary(y, 1, other, static_cast<size_t>(op.column_stride), y, columns);
      }
    }
  }
}

template <int rows, int vectors, bool packed>
HWY_NOINLINE void block(const Panel& p, const float* HWY_RESTRICT a, int64_t row) {
  const D d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  V sum[rows][vectors];
  load_start<rows, vectors>(p, row, sum);
  const float* HWY_RESTRICT b = p.b;
  const int64_t a_row = packed ? 1 : p.a_row;
  const int64_t a_depth = packed ? kRows : p.a_depth;
  const int64_t b_depth = p.b_depth;
  for (int64_t k = 0; k < p.depth; ++k) {
    V x[vectors];
#pragma GCC unroll 3
    for (int v = 0; v < vectors; ++v) x[v] = hn::LoadU(d, b + v * lanes);
#pragma GCC unroll 8
    for (int r = 0; r < rows; ++r) {
      const V w = hn::Set(d, a[r * a_row]);
#pragma GCC unroll 3
      for (int v = 0; v < vectors; ++v) sum[r][v] = hn::MulAdd(w, x[v], sum[r][v]);
    }
    a += a_depth;
    b += b_depth;
  }
  const V low = hn::Set(d, p.last ? p.finish->low : -std::numeric_limits<float>::infinity());
  const V high = hn::Set(d, p.last ? p.finish->high : std::numeric_limits<float>::infinity());
#pragma GCC unroll 8
  for (int r = 0; r < rows; ++r) {
    float* y = p.y + (row + r) * p.y_row;
#pragma GCC unroll 3
    for (int v = 0; v < vectors; ++v) {
      const V value = hn::Min(high, hn::Max(low, sum[r][v]));
      const int64_t left = p.columns - v * lanes;
      if (left >= lanes)
        hn::StoreU(value, d, y + v * lanes);
      else if (left > 0)
        hn::StoreN(value, d, y + v * lanes, static_cast<size_t>(left));
    }
  }
  if (p.last && p.finish->count > 0) finish_rows(p, row, rows);
}

template <int vectors, bool packed>
void all_rows(const Panel& p) {
  for (int64_t row = 0; row < p.rows; row += kRows) {
    const float* a = p.a + row / kRows * p.a_block;
    const int64_t step = packed ? 1 : p.a_row;
    int64_t left = std::min<int64_t>(kRows, p.rows - row);
    int64_t at = row;
    if (left == kRows) {
      block<kRows, vectors, packed>(p, a, row);
      continue;
    }
    if constexpr (kRows > 4) {
      if (left >= 4) {
        block<4, vectors, packed>(p, a, at);
        at += 4, left -= 4, a += 4 * step;
      }
    }
    if (left >= 2) {
      block<2, vectors, packed>(p, a, at);
      at += 2, left -= 2, a += 2 * step;
    }
    if (left >= 1) block<1, vectors, packed>(p, a, at);
  }
}

template <bool packed>
void all_columns(const Panel& p) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(D()));
  if (p.columns > 2 * lanes)
    all_rows<3, packed>(p);
  else if (p.columns > lanes)
    all_rows<2, packed>(p);
  else
    all_rows<1, packed>(p);
}

void multiply_panel(const Panel& p) {
  if (p.a_row == 1 && p.a_depth == kRows)
    all_columns<true>(p);
  else
    all_columns<false>(p);
}

Shape shape_here() {
#if HWY_MAX_BYTES == 64
  constexpr std::array<std::string_view, 3> kLayouts = {"f32 k8", "f32 k48", "f32 transposed k48"};
#elif HWY_MAX_BYTES == 32
  constexpr std::array<std::string_view, 3> kLayouts = {"f32 k4", "f32 k24", "f32 transposed k24"};
#else
  constexpr std::array<std::string_view, 3> kLayouts = {kRows == 8 ? "f32 k8" : "f32 k4", "f32 k12",
                                                        "f32 transposed k12"};
#endif
  return {.rows = kRows,
          .columns = kVectors * static_cast<int64_t>(hn::Lanes(D())),
          .rows_layout = kLayouts[0],
          .columns_layout = kLayouts[1],
          .transposed_layout = kLayouts[2]};
}

}  // namespace walle::kernels::gemm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace walle::kernels::gemm {
namespace {
HWY_EXPORT(multiply_panel);
HWY_EXPORT(shape_here);

constexpr int64_t round_up(int64_t value, int64_t unit) { return (value + unit - 1) / unit * unit; }
}  // namespace

void multiply(const Panel& panel) { HWY_DYNAMIC_DISPATCH(multiply_panel)(panel); }

const Shape& shape() {
  static const Shape value = HWY_DYNAMIC_DISPATCH(shape_here)();
  return value;
}

size_t packed_rows_bytes(int64_t rows, int64_t depth) {
  return static_cast<size_t>(round_up(rows, shape().rows) * depth) * sizeof(float);
}
size_t packed_columns_bytes(int64_t depth, int64_t columns) {
  return static_cast<size_t>(round_up(columns, shape().columns) * depth) * sizeof(float);
}

void pack_rows(const float* a, int64_t row_stride, int64_t depth_stride, int64_t rows, int64_t depth,
               float* destination) {
  const int64_t unit = shape().rows;
  for (int64_t row = 0; row < rows; row += unit) {
    const int64_t here = std::min(unit, rows - row);
    for (int64_t k = 0; k < depth; ++k) {
      for (int64_t r = 0; r < here; ++r) destination[r] = a[(row + r) * row_stride + k * depth_stride];
      std::fill(destination + here, destination + unit, 0.0F);
      destination += unit;
    }
  }
}

void pack_columns(const float* b, int64_t depth_stride, int64_t column_stride, int64_t depth, int64_t columns,
                  float* destination) {
  const int64_t unit = shape().columns;
  for (int64_t column = 0; column < columns; column += unit) {
    const int64_t here = std::min(unit, columns - column);
    const float* source = b + column * column_stride;
    for (int64_t k = 0; k < depth; ++k, source += depth_stride, destination += unit) {
      if (column_stride == 1) {
        std::copy_n(source, here, destination);
      } else {
        for (int64_t c = 0; c < here; ++c) destination[c] = source[c * column_stride];
      }
      std::fill(destination + here, destination + unit, 0.0F);
    }
  }
}

}  // namespace walle::kernels::gemm
#endif
