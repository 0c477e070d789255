#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "kernels/abi/kernel.h"
#include "kernels/support/rows.h"

namespace walle::kernels::raster {

/// How the two innermost axes of a collapsed region move.
enum class CopyKind : uint8_t {
  rows,       ///< both dense along columns
  fill,       ///< one value along columns
  transpose,  ///< the destination dense along columns, the source along rows
  strided,    ///< the destination dense, or neither
};

/// A region as `outer` boxes of rows x columns.
struct CopyPlan {
  CopyKind kind = CopyKind::rows;
  Extents dims, src, dst;  ///< of the outer axes
  int64_t outer = 1, rows = 1, columns = 1;
  int64_t src_row = 0, dst_row = 0, src_column = 1, dst_column = 1;
  int64_t row_block = 1;  ///< rows of a tile

  [[nodiscard]] int64_t row_blocks() const { return (rows + row_block - 1) / row_block; }
  [[nodiscard]] int64_t tiles() const { return rows == 0 || columns == 0 ? 0 : outer * row_blocks(); }
};

[[nodiscard]] CopyPlan plan_copy(const Region& region);

template <class T>
void copy_box(const CopyPlan& plan, const T* x, T* y, int64_t rows) {
  constexpr int64_t kBlock = 16;
  const int64_t columns = plan.columns;
  if (plan.kind == CopyKind::transpose) {
    // Blocks, so that the cache lines of both sides are used whole.
    for (int64_t c0 = 0; c0 < columns; c0 += kBlock) {
      const int64_t c1 = std::min(columns, c0 + kBlock);
      for (int64_t r = 0; r < rows; ++r) {
        for (int64_t c = c0; c < c1; ++c) y[r * plan.dst_row + c] = x[r + c * plan.src_column];
      }
    }
    return;
  }
  for (int64_t r = 0; r < rows; ++r, x += plan.src_row, y += plan.dst_row) {
    if (plan.kind == CopyKind::rows) {
      std::memcpy(y, x, static_cast<size_t>(columns) * sizeof(T));
    } else if (plan.kind == CopyKind::fill) {
      std::fill_n(y, columns, *x);
    } else {
      for (int64_t c = 0; c < columns; ++c) y[c * plan.dst_column] = x[c * plan.src_column];
    }
  }
}

/// Copies one tile of the plan; x and y are element 0 of the region.
template <class T>
void run_copy(const CopyPlan& plan, const T* x, T* y, int64_t tile) {
  int64_t rest = tile / plan.row_blocks();
  for (size_t i = plan.dims.size(); i-- > 0;) {
    x += rest % plan.dims[i] * plan.src[i];
    y += rest % plan.dims[i] * plan.dst[i];
    rest /= plan.dims[i];
  }
  const int64_t row = tile % plan.row_blocks() * plan.row_block;
  copy_box(plan, x + row * plan.src_row, y + row * plan.dst_row, std::min(plan.row_block, plan.rows - row));
}

}  // namespace walle::kernels::raster
